import numpy as np
import pytest
from scipy.stats import chisquare

from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
from counterpoint.notes.table import note_table
from tests.evaluation import bach
from tests.evaluation.bands import bands

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


def test_a_track_that_training_lacks_is_known_from_the_music_itself():
    training = note_table(piece="t", track=[0, 0], onset=0, duration=[12, 30], pitch=[70, 75])
    lacked = np.repeat([0, 3], 100)
    onset = np.tile(np.arange(100) * 48, 2)
    pitch = np.where(lacked == 3, 40 + onset // 48 % 3, 1)
    notes = note_table(piece="a", track=lacked, onset=onset, duration=48, pitch=pitch, is_drum=lacked == 3)
    for found in (corrupted(notes, 1.0, training, seed=2), uniform_noise(notes, training, seed=2)):
        assert set(found.loc[found["track"] == 0, "pitch"]) == set(range(70, 76))
        assert set(found.loc[found["track"] == 3, "pitch"]) == {40, 41, 42}
        assert found.groupby("track")["is_drum"].first().tolist() == [False, True]
    assert set(found.loc[found["track"] == 3, "duration"]) == {48}


def test_shuffled_bands_keep_the_tracks_they_have():
    notes = bands()
    mixed = shuffled_tracks(notes, seed=4)
    kept = [set(zip(of["piece"], of["track"], strict=True)) for of in (notes, mixed)]
    assert kept[1] <= kept[0]
    assert len(kept[0]) - len(kept[1]) <= 2  # one that begins after the piece's new end is not heard
    known = {key: set(zip(of["onset"], of["pitch"], strict=True)) for key, of in notes.groupby(["piece", "track"])}
    for piece, of_piece in mixed.groupby("piece"):
        sources = []
        for place, (track, of) in enumerate(of_piece.groupby("track")):
            begun = set(zip(of["onset"], of["pitch"], strict=True))
            fitting = [p for (p, t), all_of in known.items() if t == track and begun <= all_of]
            assert (piece in fitting) == (place == 0), (piece, track)
            sources.append(fitting[0])
        assert len(set(sources)) == len(sources)


def test_a_track_that_no_other_piece_has_stays():
    notes = note_table(
        piece=["a", "a", "b", "c"], track=[0, 4, 0, 0], onset=0, duration=[96, 90, 30, 60], pitch=[72, 40, 73, 74]
    )
    found = shuffled_tracks(notes, seed=1)
    assert list(found[["piece", "track", "pitch", "duration"]].itertuples(index=False, name=None)) == [
        ("a", 0, 72, 96),
        ("a", 4, 40, 90),
        ("b", 0, 73, 30),
        ("c", 0, 74, 60),
    ]
