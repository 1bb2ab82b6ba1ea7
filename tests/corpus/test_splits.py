import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from counterpoint.corpus import splits
from counterpoint.corpus.duplicates import groups, tune_keys
from counterpoint.corpus.sources import SourceError
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table
from counterpoint.params import Ingest

DATA = Path(__file__).parents[1] / "data"
SETTINGS = Ingest(validation=0.2, test=0.1, similarity=0.25, max_notes=20_000, max_beats=3000)


def place(key):
    return splits._place(key)


def keys_with(count, low, high):
    """The first `count` keys whose place is in [low, high)."""
    found = (f"{number:016x}" for number in range(10_000))
    return [key for key in found if low <= place(key) < high][:count]


def series(keys):
    return pd.Series({f"piece {i}": key for i, key in enumerate(keys)})


@pytest.fixture(scope="module")
def music():
    paths = sorted((DATA / "chorales").glob("*.mid"))
    notes = pd.concat(
        [read_midi(p.read_bytes(), p.stem, max_notes=9000, max_beats=900)[0] for p in paths], ignore_index=True
    )
    return notes, pd.DataFrame({"piece": sorted(notes["piece"].unique()), "group": "", "split": ""})


def test_a_place_is_the_salted_digest_of_the_key():
    # printf 'counterpoint:0123456789abcdef' | sha256sum
    assert place("0123456789abcdef") == int("7f773538d2ea", 16) / 16**12


def test_the_place_decides_the_side():
    test, validation, train = (keys_with(2, *stretch) for stretch in ((0, 0.1), (0.1, 0.3), (0.3, 1)))
    found = splits.assign(series([*train, *test, *validation]), validation=0.2, test=0.1)
    assert found.tolist() == ["train"] * 2 + ["test"] * 2 + ["validation"] * 2


def test_shares_hold_on_many_groups():
    shares = splits.assign(series([f"{n:016x}" for n in range(5000)]), 0.2, 0.1).value_counts(normalize=True)
    assert shares["test"] == pytest.approx(0.1, abs=0.02)
    assert shares["validation"] == pytest.approx(0.2, abs=0.02)


keys = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(st.lists(keys, min_size=3, max_size=40, unique=True), st.lists(keys, max_size=20))
@settings(max_examples=60, deadline=None)
def test_adding_pieces_never_moves_an_unrelated_one(before, added):
    assume(set(splits.group_sides(series(before), 0.25, 0.2).values()) == set(splits.SPLITS))
    old = splits.assign(series(before), 0.25, 0.2)
    new = splits.assign(series([*before, *added]), 0.25, 0.2)
    assert new.iloc[: len(old)].tolist() == old.tolist()


@given(st.lists(keys, min_size=3, max_size=12, unique=True), st.randoms())
@settings(max_examples=60, deadline=None)
def test_no_side_is_empty_and_order_does_not_count(chosen, random):
    pieces = series(chosen)
    found = splits.assign(pieces, 0.1, 0.1)
    assert set(found) == set(splits.SPLITS)
    shuffled = pieces.sample(frac=1, random_state=random.randrange(1000))
    assert splits.assign(shuffled, 0.1, 0.1).to_dict() == found.to_dict()


def test_an_empty_side_is_given_the_nearest_group_of_the_fullest_side():
    near, middle, far = sorted(keys_with(3, 0.3, 1), key=place)
    validation = keys_with(1, 0.1, 0.3)[0]
    found = splits.assign(pd.Series({"far": far, "near": near, "middle": middle, "v": validation}), 0.2, 0.1)
    assert found.to_dict() == {"far": "train", "near": "test", "middle": "train", "v": "validation"}


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 different tune,.*at least 2 more"), (2, "2 different tunes,.*1 more")]
)
def test_too_few_groups_say_how_many_files_are_needed(count, said):
    with pytest.raises(SourceError, match=said):
        splits.assign(series(["ab", "cd"][:count] * 3), 0.1, 0.1)


def test_twins_are_on_one_side_and_the_summary_counts(music):
    notes, bare = music
    pieces = splits.with_splits(notes, bare, SETTINGS)
    by_piece = pieces.set_index("piece")
    for one, twin in (("bwv64.8", "bwv87.7"), ("bwv244.15", "bwv244.17")):
        assert by_piece.loc[one, "split"] == by_piece.loc[twin, "split"]
        assert by_piece.loc[one, "group"] == by_piece.loc[twin, "group"]
    summary = splits.summary(notes, pieces, SETTINGS.validation, SETTINGS.test)
    assert (summary["pieces"], summary["notes"], summary["groups"]) == (6, len(notes), 4)
    assert (summary["largest_group"], summary["twins"]) == (2, round(4 / 6, 4))
    for split, counts in summary["splits"].items():
        members = pieces[pieces["split"] == split]
        assert counts == {
            "pieces": len(members),
            "notes": int(notes["piece"].isin(members["piece"]).sum()),
            "groups": members["group"].nunique(),
        }
    assert json.loads(json.dumps(summary)) == summary


def test_filled_sides_are_reported(music):
    notes, bare = music
    # Shares so small that none of four groups falls on them by itself.
    pieces = splits.with_splits(notes, bare, SETTINGS.model_copy(update={"validation": 1e-6, "test": 2e-6}))
    filled = splits.summary(notes, pieces, 1e-6, 2e-6)["filled"]
    assert set(filled) == {"test", "validation"}
    for split, group in filled.items():
        assert pieces.loc[pieces["group"] == group, "split"].unique().tolist() == [split]


def test_a_piece_that_its_group_took_to_another_side_is_reported(music):
    notes, bare = music
    keys, found = tune_keys(notes), groups(notes, 0.25)
    # Both settings of O Haupt have one key; of the two of Jesu, meine Freude one goes by the other's.
    joined = keys.index[keys != found].item()
    border = (place(keys[joined]) + place(found[joined])) / 2  # test ends between the two places
    pieces = splits.with_splits(notes, bare, SETTINGS.model_copy(update={"test": border, "validation": 0.01}))
    [merged] = splits.summary(notes, pieces, 0.01, border)["merged"]
    assert merged["group"] == found[joined]
    assert merged["split"] == pieces.set_index("piece").loc[joined, "split"]
    assert list(merged["alone_elsewhere"]) == [joined]
    alone, together = (splits._side(place(key), 0.01, border) for key in (keys[joined], found[joined]))
    assert merged["alone_elsewhere"][joined] == alone != together


def test_a_bridge_merges_two_groups_and_the_summary_says_who_changed_sides(music):
    def tune(name, pitches):
        return note_table(piece=name, onset=[24 * i for i in range(len(pitches))], duration=24, pitch=pitches)

    one, other = [60 + i * i % 23 for i in range(23)], [80 - i * i * i % 19 for i in range(19)]
    apart = pd.concat([music[0], tune("one", one), tune("other", other)], ignore_index=True)
    bridged = pd.concat([apart, tune("bridge", one + other)], ignore_index=True)
    before, after = groups(apart, 0.25), groups(bridged, 0.25)
    assert before["one"] != before["other"]
    assert after["one"] == after["other"] == after["bridge"]
    assert after[before.index.drop(["one", "other"])].equals(before.drop(["one", "other"]))

    border = (place(before["one"]) + place(before["other"])) / 2
    bare = pd.DataFrame({"piece": after.index, "group": "", "split": ""})
    pieces = splits.with_splits(bridged, bare, SETTINGS.model_copy(update={"test": border, "validation": 0.01}))
    merged = splits.summary(bridged, pieces, 0.01, border)["merged"]
    [report] = [group for group in merged if group["group"] == after["one"]]
    assert len({"one", "other"} & set(report["alone_elsewhere"])) == 1
