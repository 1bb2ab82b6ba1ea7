"""A Bento that holds a MuseGAN which accompanies: another kind of generator behind the same service."""

import json
from collections.abc import Iterator

import httpx
import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings.pianoroll import encode
from counterpoint.models import catalog
from counterpoint.models.generator import Sampling
from counterpoint.models.musegan.given import Given
from counterpoint.notes.keys import find_keys, transpose
from counterpoint.notes.lines import highest_line
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from tests.models.musegan.untrained import CHOIR, bach, generator, write
from tests.notes.files import END, smf, strike

from .conftest import Packed, Server, midi_of, pack, serve_ready
from .reading import heard, of_score, unzipped

SHOWN = ["onset", "duration", "pitch"]
CHORALE = bach(1)
SOPRANO = highest_line(CHORALE)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    model = tmp_path_factory.mktemp("packed_musegan") / "model"
    bars = encode(bach(2), CHOIR)
    given = Given.of(bars, np.zeros(len(bars.pieces), np.int8), 0)
    write(model, generator(given=0, real=given), name="musegan_accompany")
    return pack(model)


@pytest.fixture(scope="module")
def server(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve_ready(packed, tmp_path_factory.mktemp("served_musegan"))


def rows(notes: pd.DataFrame, track: int | None = None) -> list[list[int]]:
    return (notes if track is None else notes[notes["track"] == track])[SHOWN].to_numpy().tolist()


def test_its_four_voices_are_what_the_model_generates(server: Server, packed: Packed) -> None:
    sampling = Sampling(count=2, bars=3, noise_scale=0.5, seed=11)
    got = server.generate(**sampling.model_dump(exclude_unset=True))
    assert got.status_code == 200, got.text
    notes = catalog.load(packed.model).generate(sampling)
    assert notes["track"].nunique() == 4
    assert got.content == midi_of(packed, notes, sampling, "voices")


def test_a_field_of_another_kind_of_generator_is_refused_by_name(server: Server) -> None:
    got = server.generate(temperature=0.5)
    assert got.status_code == 400
    assert got.json()["error"].startswith(
        "musegan_accompany does not obey temperature: leave it out; it obeys count, bars,"
    )


def test_it_says_what_it_is_and_can(server: Server, packed: Packed) -> None:
    about = httpx.get(f"{server.url}/model").json()
    assert (about["generator"], about["texture"], about["version"]) == ("musegan_accompany", "voices", packed.version)
    assert about["can"] == ["generate", "accompany", "interpolate", "evaluate"]
    assert about["tracks"] == ["soprano", "alto", "tenor", "bass"]


def test_the_highest_line_of_a_file_gets_three_other_voices(server: Server, packed: Packed) -> None:
    file = write_midi(CHORALE, tempo_bpm=64.0)
    got = server.send("accompany", "track", file, count=2, seed=5)
    assert got.status_code == 200, got.text
    remark = f"its highest line is taken, {len(SOPRANO)} of {len(CHORALE)} notes"
    assert (got.headers["x-seed"], got.headers["x-remarks"]) == ("5", remark)
    held = unzipped(got.content)
    assert list(held) == ["piece-000.mid", "piece-001.mid"]
    pieces = [heard(content) for content in held.values()]
    for notes, facts in pieces:
        assert facts.track_names == ("soprano", "alto", "tenor", "bass")
        assert rows(notes, 0) == rows(SOPRANO)
        assert facts.tempo_bpm == pytest.approx(64.0, abs=0.01)  # the file's own
    assert rows(pieces[0][0]) != rows(pieces[1][0])
    assert server.send("accompany", "track", file, count=2, seed=5).content == got.content


def test_a_track_that_came_alone_is_not_remarked_on(server: Server, packed: Packed) -> None:
    track = SOPRANO.assign(piece="track")
    got = server.send("accompany", "track", write_midi(track, tempo_bpm=80.0), seed=7, tempo=99)
    assert "x-remarks" not in got.headers
    sampling = Sampling(seed=7)
    notes = catalog.load(packed.model).accompany(track, sampling)
    assert got.content == midi_of(packed, notes, sampling, "voices", tempo_bpm=99.0)


def test_an_accompaniment_obeys_key_and_formats(server: Server) -> None:
    """Music of one key is moved as a whole, the given track with it."""
    file = write_midi(SOPRANO, tempo_bpm=80.0)
    asked = {"seed": 5, "format": ["json", "musicxml", "midi"]}
    plain, moved = (
        unzipped(server.send("accompany", "track", file, **asked, **more).content) for more in ({}, {"key": "E"})
    )
    before, after = (heard(files["piece-000.mid"])[0] for files in (plain, moved))
    (steps,) = set((after["pitch"] - before["pitch"]).tolist())
    assert rows(after) == rows(transpose(before, int(steps)))
    assert find_keys(after)["tonic"].tolist() == [4]
    told = json.loads(moved["notes.json"])["pieces"][0]
    assert told["key"].split()[0] == "E"
    assert [[note[name] for name in ("track", *SHOWN)] for note in told["notes"]] == after[
        ["track", *SHOWN]
    ].to_numpy().tolist()
    struck = {(note["onset"] / 24, note["pitch"]) for note in told["notes"]}
    assert set(of_score(moved["piece-000.musicxml"])) == struck


DRUMS = write_midi(note_table(piece="x", onset=[0], duration=12, pitch=36, is_drum=True), tempo_bpm=60.0)
LOW = write_midi(note_table(piece="x", onset=[0], duration=12, pitch=2), tempo_bpm=60.0)
LONG = write_midi(note_table(piece="x", onset=[300 * 96], duration=12, pitch=72), tempo_bpm=60.0)


@pytest.mark.parametrize(
    ("file", "asked", "says"),
    [
        (DRUMS, {}, "the given track is empty"),
        (LOW, {}, "the given track has pitch 2 at tick 0, allowed are"),
        (LONG, {}, "the given track is 301 bars long, allowed are 256"),
        (b"RIFF", {}, "track: got a file that begins with b'RIFF', allowed: one MIDI file"),
        (LONG, {"bars": 4}, "accompanying by musegan_accompany does not obey bars"),
    ],
)
def test_what_cannot_be_accompanied_says_why(server: Server, file: bytes, asked: dict[str, int], says: str) -> None:
    got = server.send("accompany", "track", file, **asked)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"].startswith(says)


def test_a_file_in_another_metre_is_taken_and_said(server: Server) -> None:
    three_four = bytes([0, 0xFF, 0x58, 4, 3, 2, 24, 8])
    played = strike(0, 72, 480) + strike(7, 74, 473) + strike(3, 76, 480)  # at 0, 487 and 963 of 480 to a quarter
    got = server.send("accompany", "track", smf(three_four + played + END), seed=5)
    assert got.status_code == 200, got.text
    assert got.headers["x-remarks"] == (
        "2 of its notes were moved onto the grid of 24 ticks a quarter note, by at most 0.015 quarter notes; "
        "its metre is 3/4, but the model hears and writes bars of 4 quarter notes from the file's beginning on: "
        "its strong beats are not this track's"
    )
    assert [row[::2] for row in rows(heard(got.content)[0], 0)] == [[0, 72], [24, 74], [48, 76]]


def test_the_way_from_one_piece_to_another(server: Server, packed: Packed) -> None:
    got = server.interpolate(seed=3, to=8, steps=4, bars=3)
    assert got.status_code == 200, got.text
    assert (got.headers["x-seed"], got.headers["x-seed-to"]) == ("3", "8")
    assert got.headers["content-disposition"] == 'attachment; filename="pieces-seed-3-to-8.zip"'
    way = [heard(content)[0] for content in unzipped(got.content).values()]
    assert len(way) == 4
    for seed, end in ((3, way[0]), (8, way[-1])):
        assert rows(heard(server.generate(seed=seed, bars=3).content)[0]) == rows(end)
    assert b"seed 3 to 8, piece 1 of 4" in unzipped(got.content)["piece-001.mid"]
    drawn = server.interpolate(steps=2, bars=2)
    again = server.interpolate(seed=int(drawn.headers["x-seed"]), to=int(drawn.headers["x-seed-to"]), steps=2, bars=2)
    assert again.content == drawn.content


def test_what_it_cannot_is_refused_and_says_who_could(server: Server) -> None:
    got = server.send("continue", "primer", write_midi(SOPRANO, tempo_bpm=60.0))
    who = "attention_lstm and attention_lstm_chords continue"
    assert (got.status_code, got.json()["error"]) == (
        400,
        f"the packaged model, musegan_accompany, cannot continue: {who}; GET /model says what it can",
    )
    got = server.interpolate(count=3)
    assert (got.status_code, got.json()["error"].split(":")[0]) == (
        400,
        "interpolating by musegan_accompany does not obey count",
    )


def test_four_voices_are_measured(server: Server) -> None:
    got = server.send("evaluate", "midi", write_midi(CHORALE, tempo_bpm=60.0)).json()
    assert got["texture"] == "voices"
    assert {row["name"] for row in got["metrics"]} >= {"parallels", "crossings", "polyphony"}
    assert all(row["value"] is not None for row in got["metrics"])
