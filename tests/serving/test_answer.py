"""Pieces as files: by hand, read back as what was made, the same bytes for the same notes."""

import io
import json
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd
import pytest

from counterpoint.notes.keys import find_keys
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.serving.answer import MEDIA_TYPES, ZIP, Answer, AnswerError, Music, answer, in_key, pack
from counterpoint.serving.rendering import Renderer, RenderingTimeout
from counterpoint.serving.request import FORMATS, Format

SECONDS = 300.0
MUSIC = Music(
    note_table(
        piece=["000", "000", "002"],  # the generator ended piece 001 at once
        onset=[0, 24, 12],
        duration=[24, 36, 6],
        track=[0, 1, 1],
        pitch=[60, 64, 71],
    ),
    count=3,
    texture="voices",
    model="abc-12",
    seed="9",
    tempo_bpm=75.0,
    track_names=("soprano", "alto"),
)
ONE = replace(MUSIC, notes=MUSIC.notes[MUSIC.notes["piece"] == "000"], count=1)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        yield opened


def given(renderer: Renderer, music: Music, *formats: Format) -> Answer:
    return answer(music, formats, renderer, SECONDS)


def files(got: Answer) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_one_piece_is_a_midi_file(renderer: Renderer) -> None:
    got = given(renderer, ONE, "midi")
    assert (got.media_type, got.filename) == ("audio/midi", "piece-000.mid")
    notes, facts = read_midi(got.body, "000", max_notes=100, max_beats=100)
    assert facts.tempo_bpm == pytest.approx(75.0)
    assert facts.track_names == ("soprano", "alto")
    assert notes[["onset", "duration", "pitch"]].to_numpy().tolist() == [[0, 24, 60], [24, 36, 64]]


def test_midi_says_who_wrote_it_from_which_seed(renderer: Renderer) -> None:
    for seed in ("77", "7 to 9"):
        body = given(renderer, replace(ONE, seed=seed), "midi").body
        assert b"counterpoint abc-12" in body
        assert f"seed {seed}, piece 0 of 1".encode() in body


def test_several_pieces_are_a_zip_in_order(renderer: Renderer) -> None:
    got = given(renderer, MUSIC, "midi")
    assert (got.media_type, got.filename) == (ZIP, "pieces-seed-9.zip")
    assert given(renderer, replace(MUSIC, seed="7 to 9"), "midi").filename == "pieces-seed-7-to-9.zip"
    held = files(got)
    assert list(held) == ["piece-000.mid", "piece-001.mid", "piece-002.mid"]
    first, silent, third = held.values()
    assert read_midi(first, "x", max_notes=100, max_beats=100)[0]["pitch"].tolist() == [60, 64]
    assert read_midi(third, "x", max_notes=100, max_beats=100)[0]["pitch"].tolist() == [71]
    assert silent.startswith(b"MThd")
    assert b"piece 1 of 3" in silent


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_has_its_type_and_its_ending(renderer: Renderer, kind: Format) -> None:
    got = given(renderer, ONE, kind)
    assert got.media_type == MEDIA_TYPES[kind]
    name = {"midi": "piece-000.mid", "json": "notes.json"}.get(kind, f"piece-000.{kind}")
    assert got.filename == name
    assert got.body


def test_several_formats_are_a_zip_of_what_each_would_be_alone(renderer: Renderer) -> None:
    got = given(renderer, ONE, "midi", "json", "svg")
    assert (got.media_type, got.filename) == (ZIP, "pieces-seed-9.zip")
    assert files(got) == {
        "notes.json": given(renderer, ONE, "json").body,
        "piece-000.mid": given(renderer, ONE, "midi").body,
        "piece-000.svg": given(renderer, ONE, "svg").body,
    }
    assert list(files(given(renderer, MUSIC, "musicxml", "json"))) == [
        "notes.json",
        "piece-000.musicxml",
        "piece-001.musicxml",
        "piece-002.musicxml",
    ]


def test_a_zip_is_the_same_bytes_in_whatever_order_it_is_asked(renderer: Renderer) -> None:
    orders: list[Sequence[Format]] = [FORMATS, FORMATS[::-1], ("wav", "json", "midi", "png", "svg", "musicxml")]
    bodies = {given(renderer, MUSIC, *order).body for order in orders}
    assert len(bodies) == 1
    with zipfile.ZipFile(io.BytesIO(bodies.pop())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5 * 3 + 1
        assert archive.namelist() == sorted(archive.namelist())


def test_a_zip_does_not_know_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = pack({"b": b"one", "a": b"two"})
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert pack({"a": b"two", "b": b"one"}) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
        assert [(name, archive.read(name)) for name in archive.namelist()] == [("a", b"two"), ("b", b"one")]


def test_all_pieces_are_one_json_document(renderer: Renderer) -> None:
    two = note_table(
        piece=["000", "002"], onset=[0, 12], duration=[24, 6], track=[0, 1], program=[52, 68], pitch=[60, 71]
    )
    got = given(renderer, replace(MUSIC, notes=two), "json")
    assert (got.media_type, got.filename) == ("application/json", "notes.json")
    assert json.loads(got.body) == {
        "model": "abc-12",
        "texture": "voices",
        "seed": "9",
        "tempo_bpm": 75.0,
        "ticks_per_quarter": 24,
        "bar_ticks": 96,
        "tracks": ["soprano", "alto"],
        "pieces": [
            {
                "piece": "000",
                "key": "C major",
                "notes": [
                    {
                        "track": 0,
                        "program": 52,
                        "is_drum": False,
                        "onset": 0,
                        "duration": 24,
                        "pitch": 60,
                        "velocity": 90,
                    }
                ],
            },
            {"piece": "001", "key": None, "notes": []},
            {
                "piece": "002",
                "key": "B major",
                "notes": [
                    {
                        "track": 1,
                        "program": 68,
                        "is_drum": False,
                        "onset": 12,
                        "duration": 6,
                        "pitch": 71,
                        "velocity": 90,
                    }
                ],
            },
        ],
    }
    assert got.body.endswith(b"}\n")


def test_music_without_a_note_is_answered_in_every_format(renderer: Renderer) -> None:
    silent = replace(MUSIC, notes=empty_notes(), count=2)
    held = files(given(renderer, silent, *FORMATS))
    assert len(held) == 5 * 2 + 1
    assert [piece["notes"] for piece in json.loads(held["notes.json"])["pieces"]] == [[], []]
    assert in_key(empty_notes(), 4).empty


def scale(of: str, lowest: int, minor: bool = False) -> pd.DataFrame:
    """A scale up to its octave and the triad after it, each note a quarter, the tonic three times as long."""
    steps = (0, 2, 3, 5, 7, 8, 11, 12, 7, 3, 0) if minor else (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0)
    return note_table(
        piece=of,
        onset=range(0, 24 * len(steps), 24),
        duration=[72 if step % 12 == 0 else 24 for step in steps],
        pitch=[lowest + step for step in steps],
    )


C_MAJOR, A_MINOR = scale("000", 60), scale("001", 57, minor=True)


def moved_by(before: pd.DataFrame, after: pd.DataFrame) -> int:
    (steps,) = set((after["pitch"] - before["pitch"]).tolist())
    assert after.drop(columns="pitch").equals(before.drop(columns="pitch"))
    return int(steps)


@pytest.mark.parametrize(
    ("tonic", "steps"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, -5), (8, -4), (9, -3), (10, -2), (11, -1)],
)
def test_a_scale_moves_to_its_key_by_half_an_octave_at_most(tonic: int, steps: int) -> None:
    assert find_keys(C_MAJOR)["tonic"].tolist() == [0]
    assert moved_by(C_MAJOR, in_key(C_MAJOR, tonic)) == steps


def test_minor_stays_minor_and_each_piece_moves_by_its_own_key() -> None:
    both = pd.concat([C_MAJOR, A_MINOR], ignore_index=True)
    assert find_keys(both)[["tonic", "minor"]].to_numpy().tolist() == [[0, False], [9, True]]
    moved = in_key(both, 2)
    assert find_keys(moved)[["tonic", "minor"]].to_numpy().tolist() == [[2, False], [2, True]]
    first, second = (moved[moved["piece"] == name].reset_index(drop=True) for name in ("000", "001"))
    assert (moved_by(C_MAJOR, first), moved_by(A_MINOR, second)) == (2, 5)


@pytest.mark.parametrize(
    ("lowest", "tonic", "steps"),
    [
        (115, 4, 9 - 12),  # G major up to G, MIDI's 127: to E by -3
        (115, 9, 2 - 12),  # to A by +2, were there room
        (110, 7, 5),  # D major up to D: to G by +5, MIDI's highest
        (3, 11, 8 - 12 + 12),  # D sharp major from its lowest: to B by -4, were there room
        (3, 0, -3),  # to C by -3, MIDI's lowest
    ],
)
def test_near_the_ends_of_midi_a_piece_moves_the_other_way(lowest: int, tonic: int, steps: int) -> None:
    before = scale("000", lowest)
    after = in_key(before, tonic)
    assert moved_by(before, after) == steps
    assert find_keys(after)["tonic"].tolist() == [tonic]


def test_a_piece_of_nearly_all_pitches_moves_only_where_it_can() -> None:
    wide = note_table(piece="000", onset=[0, 24, 48, 72], duration=24, pitch=[3, 63, 67, 124])  # most in E flat
    with pytest.raises(AnswerError, match="piece 000 spans nearly all pitches there are, and cannot be moved"):
        in_key(wide, 9)
    assert moved_by(wide, in_key(wide, int(find_keys(wide)["tonic"].iloc[0]))) == 0


@pytest.mark.parametrize(
    ("tonic", "major", "minor"), [(1, "Db", "C#"), (8, "Ab", "G#"), (3, "Eb", "Eb"), (10, "Bb", "Bb")]
)
def test_a_key_is_called_as_scores_call_it(tonic: int, major: str, minor: str, renderer: Renderer) -> None:
    for scale_, name in ((C_MAJOR, f"{major} major"), (A_MINOR, f"{minor} minor")):
        notes = in_key(scale_, tonic).assign(piece="000")
        told = json.loads(given(renderer, replace(MUSIC, notes=notes, count=1), "json").body)
        assert told["pieces"][0]["key"] == name


def test_drums_stay_where_they_are() -> None:
    drums = note_table(piece="000", track=1, is_drum=True, onset=[0, 24], duration=6, pitch=[1, 127])
    moved = in_key(pd.concat([C_MAJOR, drums], ignore_index=True), 2)
    assert moved_by(C_MAJOR, moved[moved["track"] == 0]) == 2
    assert moved[moved["is_drum"]].reset_index(drop=True).equals(drums)
    assert in_key(drums, 2).equals(drums)


def lasting(minutes: float, tempo_bpm: float, count: int = 1) -> Music:
    ticks = round(minutes * tempo_bpm * 24 / count)
    notes = note_table(piece=[f"{n:03d}" for n in range(count)], onset=ticks - 24, duration=24, pitch=60)
    return replace(MUSIC, notes=notes, count=count, tempo_bpm=tempo_bpm)


@pytest.mark.parametrize("count", [1, 3])
def test_sound_of_more_than_ten_minutes_is_refused(renderer: Renderer, count: int) -> None:
    long = lasting(11, 400.0, count)
    with pytest.raises(AnswerError, match="would last 11 minutes, at most 10 are made: ask for fewer"):
        given(renderer, long, "midi", "wav")
    assert given(renderer, long, "midi").body
    twice_as_slow = replace(lasting(6, 400.0), tempo_bpm=200.0)
    with pytest.raises(AnswerError, match="would last 12 minutes"):
        given(renderer, twice_as_slow, "wav")


def test_what_cannot_be_rendered_is_an_error_of_the_answer(renderer: Renderer) -> None:
    with pytest.raises(AnswerError, match="bars, at most 2000 are engraved"):
        given(renderer, lasting(1_000, 20.0), "midi", "musicxml")


def test_what_is_late_is_no_error_of_the_answer(renderer: Renderer) -> None:
    with pytest.raises(RenderingTimeout):
        answer(MUSIC, ["svg"], renderer, 0.0)
    assert answer(MUSIC, ["midi", "json"], renderer, 0.0).media_type == ZIP  # nothing is rendered for these
