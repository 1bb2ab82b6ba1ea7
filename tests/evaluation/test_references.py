import numpy as np
import pytest
from scipy.stats import chisquare

from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
from counterpoint.notes.table import note_table
from tests.evaluation import bach

COLUMNS = ["piece", "track", "onset"]


def test_corruption_spoils_the_share_it_says_and_more_of_the_same():
    notes, training = bach.split("validation", "voices"), bach.split("train", "voices")
    assert corrupted(notes, 0.0, training, seed=3).equals(notes)
    before = notes.set_index(COLUMNS)["pitch"]
    spoilt = {}
    for share in (0.1, 0.4):
        after = corrupted(notes, share, training, seed=3)
        assert (after["duration"] > 0).all()
        changed = after.set_index(COLUMNS)["pitch"] != before
        assert changed.mean() == pytest.approx(share, abs=0.03)
        spoilt[share] = changed
    assert not (spoilt[0.1] & ~spoilt[0.4]).any()


def test_corruption_stays_in_the_tracks_range_and_shortens():
    training = note_table(piece="t", track=[0, 0, 1, 1], onset=0, duration=24, pitch=[70, 75, 40, 42])
    notes = note_table(
        piece="a", track=np.repeat([0, 1], 200), onset=np.tile(np.arange(200) * 48, 2), duration=48, pitch=1
    )
    found = corrupted(notes, 1.0, training, seed=2)
    assert set(found.loc[found["track"] == 0, "pitch"]) == set(range(70, 76))
    assert set(found.loc[found["track"] == 1, "pitch"]) == {40, 41, 42}
    assert set(found["duration"]) == {6, 12, 18, 24, 30, 36, 42, 48}


def test_noise_is_as_long_as_its_model_and_without_gaps():
    notes, training = bach.split("validation", "voices"), bach.split("train", "voices")
    noise = uniform_noise(notes, training, seed=1)
    ends = [(table["onset"] + table["duration"]).groupby(table["piece"]).max() for table in (notes, noise)]
    assert ends[0].equals(ends[1])
    for _, line in noise.groupby(["piece", "track"]):
        assert np.array_equal(line["onset"].to_numpy()[1:], (line["onset"] + line["duration"]).to_numpy()[:-1])
    soprano = noise.loc[noise["track"] == 0, "pitch"]
    known = training.loc[training["track"] == 0, "pitch"]
    assert (soprano.min(), soprano.max()) == (known.min(), known.max())
    assert chisquare(soprano.value_counts()).pvalue > 0.01  # as even as chance has it
    assert chisquare(known.value_counts()).pvalue < 1e-9


def test_shuffled_tracks_are_whole_lines_of_different_pieces():
    notes = bach.split("validation", "voices")
    mixed = shuffled_tracks(notes, seed=4)
    assert sorted(mixed["piece"].unique()) == sorted(notes["piece"].unique())
    lines = {
        (piece, track): list(zip(line["onset"], line["pitch"], strict=True))
        for (piece, track), line in notes.groupby(["piece", "track"])
    }
    for piece, of_piece in mixed.groupby("piece"):
        sources = []
        for track, line in of_piece.groupby("track"):
            begun = list(zip(line["onset"], line["pitch"], strict=True))
            sources.append(next(p for (p, t), known in lines.items() if t == track and known[: len(begun)] == begun))
        assert sources[0] == piece
        assert len(set(sources)) == 4


def test_the_seed_decides():
    notes, training = bach.split("validation", "melody"), bach.split("train", "melody")
    for make in (
        lambda seed: corrupted(notes, 0.2, training, seed=seed),
        lambda seed: uniform_noise(notes, training, seed=seed),
        lambda seed: shuffled_tracks(bach.split("validation", "voices"), seed=seed),
    ):
        assert make(1).equals(make(1))
        assert not make(1).equals(make(2))


def test_shuffled_pieces_end_where_their_shortest_part_does():
    notes = note_table(
        piece=np.repeat(["a", "b", "c"], 2),
        track=np.tile([0, 1], 3),
        onset=0,
        duration=[96, 96, 30, 30, 60, 60],
        pitch=[72, 40, 73, 41, 74, 42],
    )
    found = shuffled_tracks(notes, seed=1)
    ends = found["duration"].groupby(found["piece"]).agg(["min", "max"])
    assert ends["min"].tolist() == ends["max"].tolist()
    assert set(ends["max"]) == {30, 60}  # no piece keeps 96: its other part is another's
