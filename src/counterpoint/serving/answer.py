"""What `POST /generate` gives: one piece as a MIDI file, several as a zip; the same notes are the same bytes."""

import io
import zipfile
from dataclasses import dataclass

import pandas as pd

from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import write_midi

MIDI = "audio/midi"
ZIP = "application/zip"


@dataclass(frozen=True)
class Answer:
    body: bytes
    media_type: str
    filename: str


def answer(
    notes: pd.DataFrame, sampling: Sampling, *, version: str, tempo_bpm: float, track_names: tuple[str, ...]
) -> Answer:
    """The generated note table (pieces "000", "001", …) as one file.

    Every MIDI says in text events which version wrote it, from which seed; its track k is called `track_names[k]`.
    """
    files = [
        write_midi(
            notes[notes["piece"] == f"{piece:03d}"].reset_index(drop=True),
            tempo_bpm=tempo_bpm,
            track_names=track_names,
            text=(f"counterpoint {version}", f"seed {sampling.seed}, piece {piece} of {sampling.count}"),
        )
        for piece in range(sampling.count)
    ]
    if len(files) == 1:
        return Answer(files[0], MIDI, "piece-000.mid")
    return Answer(pack(files), ZIP, f"pieces-seed-{sampling.seed}.zip")


def pack(files: list[bytes]) -> bytes:
    """A zip of MIDI files piece-000.mid, piece-001.mid, …

    Stored, not deflated, with one date and one mode: the bytes depend on neither clock, platform nor zlib.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for number, content in enumerate(files):
            entry = zipfile.ZipInfo(f"piece-{number:03d}.mid", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
