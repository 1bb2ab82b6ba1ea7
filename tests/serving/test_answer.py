"""One piece is MIDI, several are a zip; the same notes are the same bytes, read back as what was generated."""

import io
import time
import zipfile

import pytest

from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table
from counterpoint.serving.answer import MIDI, ZIP, answer, pack

NOTES = note_table(
    piece=["000", "000", "002"],  # the generator ended piece 001 at once
    onset=[0, 24, 12],
    duration=[24, 36, 6],
    track=[0, 1, 1],
    pitch=[60, 64, 71],
)


def made(count: int, seed: int = 9):
    return answer(
        NOTES, Sampling(count=count, seed=seed), version="abc-12", tempo_bpm=75.0, track_names=("soprano", "alto")
    )


def test_one_piece_is_a_midi_file() -> None:
    got = made(1)
    assert (got.media_type, got.filename) == (MIDI, "piece-000.mid")
    notes, facts = read_midi(got.body, "000", max_notes=100, max_beats=100)
    assert facts.tempo_bpm == pytest.approx(75.0)
    assert facts.track_names == ("soprano", "alto")
    assert notes[["onset", "duration", "pitch"]].to_numpy().tolist() == [[0, 24, 60], [24, 36, 64]]


def test_midi_says_who_wrote_it_from_which_seed() -> None:
    assert b"counterpoint abc-12" in made(1, seed=77).body
    assert b"seed 77, piece 0 of 1" in made(1, seed=77).body


def test_several_pieces_are_a_zip_in_order() -> None:
    got = made(3)
    assert (got.media_type, got.filename) == (ZIP, "pieces-seed-9.zip")
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        assert archive.namelist() == ["piece-000.mid", "piece-001.mid", "piece-002.mid"]
        first, silent, third = (archive.read(name) for name in archive.namelist())
    assert read_midi(first, "x", max_notes=100, max_beats=100)[0]["pitch"].tolist() == [60, 64]
    assert read_midi(third, "x", max_notes=100, max_beats=100)[0]["pitch"].tolist() == [71]
    assert silent.startswith(b"MThd")
    assert b"piece 1 of 3" in silent


def test_a_zip_does_not_know_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = pack([b"one", b"two"])
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert pack([b"one", b"two"]) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [archive.read(name) for name in archive.namelist()] == [b"one", b"two"]
