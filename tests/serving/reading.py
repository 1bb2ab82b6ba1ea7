"""Every format of an answer read back by code that is not the service's."""

import io
import struct
import wave
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from music21 import converter

from counterpoint.notes.midi import PieceFacts, read_midi

SVG = "{http://www.w3.org/2000/svg}svg"


def unzipped(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def heard(midi: bytes) -> tuple[pd.DataFrame, PieceFacts]:
    return read_midi(midi, "x", max_notes=99_999, max_beats=99_999)


def of_score(musicxml: bytes) -> list[tuple[float, int]]:
    """Onset (quarter notes) and pitch of all that is struck, sorted; what is tied to the note before is not."""
    ElementTree.fromstring(musicxml)
    score = converter.parseData(musicxml.decode(), format="musicxml")
    struck = [
        (float(element.offset), note.pitch.midi)
        for element in score.flatten().notes
        for note in (element.notes if element.isChord else [element])
        if note.tie is None or note.tie.type == "start"
    ]
    return sorted(struck)


def sounding(wav: bytes) -> tuple[float, int]:
    """Seconds, and the loudest sample, of stereo sound."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44_100)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
        return file.getnframes() / file.getframerate(), int(np.abs(samples).max())


def drawn(svg: bytes) -> int:
    """How many shapes a picture has, which asks for nothing from outside."""
    root = ElementTree.fromstring(svg)
    assert root.tag == SVG
    assert b"<script" not in svg and b"@import" not in svg
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not (name.endswith("href") and not value.startswith("#")), value
    return len(list(root.iter()))


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert png.endswith(b"IEND\xaeB`\x82")
    return struct.unpack(">II", png[16:24])
