"""What the service gives: pieces as files of one format or more; the same notes are the same bytes."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from counterpoint.notes.keys import find_keys, transpose
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import TICKS_PER_QUARTER
from counterpoint.serving.rendering import BAR_TICKS, RENDERED, Piece, Renderer
from counterpoint.serving.request import Format

MEDIA_TYPES: dict[Format, str] = {
    "midi": "audio/midi",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "wav": "audio/wav",
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
}
ZIP = "application/zip"
LONGEST_SOUND_MINUTES = 10  # of all pieces of an answer together: 10 MB each, and several times that on the way
_DOCUMENT = "notes.json"
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_NEAREST = 6  # semitones: a piece is moved by no more than half an octave
_HIGHEST = 127  # MIDI's pitches are 0 to this
RenderAll = Callable[[Sequence[tuple[Piece, Format]]], list[bytes]]


class AnswerError(ValueError):
    """Music that cannot be given in the format that is asked for."""


@dataclass(frozen=True)
class Answer:
    body: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, eq=False)
class Music:
    """Pieces "000", "001", … to `count` (a piece of no notes is in no note table), and what is said of them.

    model: the version that made them. seed: as text, such as "7", or "7 to 9"; "" where there is none.
    """

    notes: pd.DataFrame
    count: int
    texture: str
    model: str
    seed: str
    tempo_bpm: float
    track_names: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [f"{number:03d}" for number in range(self.count)]

    def title(self, name: str) -> str:
        return f"{self.model}, seed {self.seed}, piece {int(name)}" if self.seed else self.model

    def piece(self, name: str) -> pd.DataFrame:
        return self.notes[self.notes["piece"] == name].reset_index(drop=True)


def in_key(notes: pd.DataFrame, tonic: int) -> pd.DataFrame:
    """Every piece moved so that the tonic of its likeliest key is `tonic`; modes stay.

    By half an octave at most, the other way round where it would leave MIDI's range so. Raises AnswerError for a piece
    that leaves it either way.
    """
    keys = find_keys(notes)
    up = (tonic - keys["tonic"]) % 12
    by = up.where(up <= _NEAREST, up - 12)
    by.index = pd.Index(keys["piece"])
    ends = notes[~notes["is_drum"].to_numpy(bool)].groupby("piece")["pitch"].agg(["min", "max"]).reindex(by.index)
    too_low, too_high = ends["min"] + by < 0, ends["max"] + by > _HIGHEST
    by = by + 12 * (too_low.astype("int64") - too_high.astype("int64"))
    stuck = by.index[(ends["min"] + by < 0) | (ends["max"] + by > _HIGHEST)]
    if len(stuck):
        raise AnswerError(f"piece {stuck[0]} spans nearly all pitches there are, and cannot be moved to another key")
    return transpose(notes, by.astype("int64"))


def answer(music: Music, formats: Sequence[Format], renderer: Renderer, seconds: float) -> Answer:
    """One piece in one format as that file, all pieces in JSON as one document; everything else as a zip.

    seconds: that rendering may take. Every MIDI says in text events which version wrote it, from which seed; its track
    k is called `music.track_names[k]`. Raises AnswerError, and `rendering.RenderingTimeout`.
    """
    if "wav" in formats:
        _refuse_long_sound(music)
    made = files(music, formats, lambda pieces: renderer.render(pieces, seconds))
    if len(made) == 1:
        ((filename, body),) = made.items()
        return Answer(body, MEDIA_TYPES[formats[0]], filename)
    return Answer(pack(made), ZIP, f"pieces-seed-{music.seed.replace(' ', '-')}.zip")


def files(music: Music, formats: Sequence[Format], render_all: RenderAll) -> dict[str, bytes]:
    """Every file of an answer by its name (`file_names`). Raises AnswerError, and what `render_all` raises."""
    wanted = [(name, kind) for kind in formats if kind in RENDERED for name in music.names]
    try:
        rendered = render_all([(_piece(music, name), kind) for name, kind in wanted]) if wanted else []
    except ValueError as error:
        raise AnswerError(str(error)) from error
    made = {_file_name(name, kind): content for (name, kind), content in zip(wanted, rendered, strict=True)}
    if "midi" in formats:
        made |= {_file_name(name, "midi"): _midi(music, name) for name in music.names}
    if "json" in formats:
        made[_DOCUMENT] = _document(music)
    return made


def file_names(count: int, formats: Sequence[Format]) -> list[str]:
    """Of so many pieces: piece-000.mid, piece-000.wav, …; all their notes are one notes.json."""
    beside = [_file_name(f"{number:03d}", kind) for number in range(count) for kind in formats if kind != "json"]
    return beside + [_DOCUMENT] * ("json" in formats)


def pack(files: dict[str, bytes]) -> bytes:
    """A zip of files by name, sorted.

    Stored, not deflated, with one date and one mode: the bytes depend on neither clock, platform nor zlib.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _file_name(piece: str, kind: Format) -> str:
    return f"piece-{piece}.{'mid' if kind == 'midi' else kind}"


def _piece(music: Music, name: str) -> Piece:
    return Piece(music.piece(name), music.title(name), music.tempo_bpm, music.track_names)


def _midi(music: Music, name: str) -> bytes:
    said = (f"counterpoint {music.model}", f"seed {music.seed}, piece {int(name)} of {music.count}")
    return write_midi(music.piece(name), tempo_bpm=music.tempo_bpm, track_names=music.track_names, text=said)


def _document(music: Music) -> bytes:
    """All pieces as JSON; times are ticks."""
    found = find_keys(music.notes)
    names = [
        f"{_MINOR[tonic]} minor" if minor else f"{_MAJOR[tonic]} major"
        for tonic, minor in zip(found["tonic"], found["minor"], strict=True)
    ]
    keys = dict(zip(found["piece"], names, strict=True))
    pieces = [
        {"piece": name, "key": keys.get(name), "notes": music.piece(name).drop(columns="piece").to_dict("records")}
        for name in music.names
    ]
    content: dict[str, Any] = {
        "model": music.model,
        "texture": music.texture,
        "seed": music.seed,
        "tempo_bpm": music.tempo_bpm,
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "bar_ticks": BAR_TICKS,
        "tracks": music.track_names,
        "pieces": pieces,
    }
    return json.dumps(content).encode() + b"\n"


def _refuse_long_sound(music: Music) -> None:
    ends = (music.notes["onset"] + music.notes["duration"]).groupby(music.notes["piece"]).max()
    minutes = float(ends.sum()) / TICKS_PER_QUARTER / music.tempo_bpm
    if minutes > LONGEST_SOUND_MINUTES:
        raise AnswerError(
            f"the sound of these pieces would last {minutes:.0f} minutes, at most {LONGEST_SOUND_MINUTES} are made: "
            "ask for fewer or shorter pieces, or for MIDI"
        )
