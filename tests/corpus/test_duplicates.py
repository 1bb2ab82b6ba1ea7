from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoint.corpus.duplicates import _components, groups, tune_keys
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table

DATA = Path(__file__).parents[1] / "data"
TUNE = [60, 62, 64, 65, 67, 65, 64, 62, 60, 67, 69, 71, 72, 71, 69, 67, 65, 64, 66, 62, 63, 60, 58, 57, 60, 64, 67, 72]


def piece(name, pitches, step=24, start=0, **more):
    onsets = start + step * np.arange(len(pitches))
    return note_table(piece=name, onset=onsets, duration=step, pitch=pitches, **more)


def walk(seed, length=60):
    generator = np.random.default_rng(seed)
    return (64 + np.cumsum(generator.integers(-4, 5, length)).clip(-30, 30)).tolist()


def corpus(*pieces):
    return pd.concat(pieces, ignore_index=True)


@pytest.fixture(scope="module")
def chorales():
    paths = sorted((DATA / "chorales").glob("*.mid"))
    return corpus(*(read_midi(p.read_bytes(), p.stem, max_notes=9000, max_beats=900)[0] for p in paths))


def test_real_settings_of_one_tune_are_one_group(chorales):
    found = groups(chorales, 0.25)
    # Jesu, meine Freude twice, a whole tone apart; O Haupt twice, a semitone apart; two other tunes.
    assert found["bwv64.8"] == found["bwv87.7"]
    assert found["bwv244.15"] == found["bwv244.17"]
    assert found.nunique() == 4
    assert found.index.tolist() == sorted(found.index)


def test_transposed_faster_later_and_ornamented_tunes_are_one_group():
    ornamented = note_table(
        piece="d ornamented",
        # A passing note in each second step: on the quarters the tune is as it was.
        onset=np.r_[24 * np.arange(len(TUNE)), 24 * np.arange(0, len(TUNE), 2) + 12],
        duration=12,
        pitch=np.r_[np.array(TUNE) + 3, np.array(TUNE[::2]) + 4],
    )
    found = groups(
        corpus(
            piece("a", TUNE),
            piece("b transposed", [p - 7 for p in TUNE]),
            piece("c faster, later", TUNE, step=12, start=36),
            ornamented,
            piece("e another", walk(5)),
        ),
        0.25,
    )
    assert found.nunique() == 2
    assert found.drop("e another").nunique() == 1


def test_a_harmonisation_does_not_hide_the_tune():
    bass = piece("harmonised", [p - 12 for p in walk(1, len(TUNE))], track=1)
    bass["pitch"] = bass["pitch"].clip(upper=50)
    found = groups(corpus(piece("harmonised", TUNE), bass, piece("plain", [p + 5 for p in TUNE])), 0.25)
    assert found["harmonised"] == found["plain"]


@pytest.mark.parametrize(("similarity", "together"), [(0.25, True), (0.5, True), (0.51, False)])
def test_the_measure_is_the_share_of_the_shorter_pieces_windows(similarity, together):
    # 39 notes have 32 windows; the first 23 notes are the same: 16 windows, half of the shorter piece's.
    shared = walk(11, 23)
    one, other = shared + walk(12, 16), shared + walk(13, 40)
    found = groups(corpus(piece("one", one), piece("other", other)), similarity)
    assert (found["one"] == found["other"]) == together


def test_one_phrase_in_common_is_no_tune_in_common():
    # Nine notes of ten are shared: 2 windows of 3, but counted against at least 16.
    short = TUNE[:10]
    found = groups(corpus(piece("short", short), piece("other", [*short[:9], *walk(3, 60)])), 0.25)
    assert found["short"] != found["other"]


def test_pieces_too_short_for_a_window_are_one_only_if_equal():
    found = groups(
        corpus(piece("a", [60, 64, 67]), piece("b", [62, 66, 69]), piece("c", [60, 64, 68]), piece("d", [70])), 0.25
    )
    assert found["a"] == found["b"]
    assert found.nunique() == 3


def test_drums_alone_are_grouped_by_their_own_notes():
    def beat(name, pitches):
        return piece(name, pitches, is_drum=True)

    found = groups(corpus(beat("a", [36, 38, 36]), beat("b", [36, 38, 36]), beat("c", [36, 42, 38])), 0.25)
    assert found["a"] == found["b"] != found["c"]


def test_a_tune_that_more_pieces_share_than_are_compared_is_one_group():
    generator = np.random.default_rng(8)
    pieces = []
    for number in range(120):
        varied = np.array(walk(21, 80))
        varied[generator.integers(0, 80, 2)] += 1
        pieces.append(piece(f"{number:03d}", varied))
    found = groups(corpus(*pieces, piece("other", walk(22, 80))), 0.25)
    assert found.nunique() == 2


def test_group_keys_do_not_depend_on_names_or_on_other_pieces(chorales):
    found = groups(chorales, 0.25)
    backwards = {name: f"{9 - i}" for i, name in enumerate(found.index)}
    renamed = groups(chorales.assign(piece=chorales["piece"].map(backwards)), 0.25)
    assert {backwards[name]: key for name, key in found.items()} == renamed.to_dict()
    without = groups(chorales[~chorales["piece"].isin(["bwv64.8", "bwv87.7"])], 0.25)
    assert without.to_dict() == found.drop(["bwv64.8", "bwv87.7"]).to_dict()


def test_a_groups_key_is_the_smallest_of_its_tunes(chorales):
    keys, found = tune_keys(chorales), groups(chorales, 0.25)
    assert found.to_dict() == keys.groupby(found).transform("min").to_dict()
    assert keys["bwv64.8"] != keys["bwv87.7"]
    assert keys.str.fullmatch("[0-9a-f]{16}").all()


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=15))
    )
)
@settings(max_examples=100, deadline=None)
def test_components_against_spreading_by_hand(graph):
    count, edges = graph
    expected = list(range(count))
    for _ in range(count):
        for a, b in edges:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert _components(count, np.array(edges, np.int64).reshape(-1, 2)).tolist() == expected
