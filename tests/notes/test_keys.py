import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from counterpoint.notes.keys import find_keys, semitones_to_common, to_common_key, transpose
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from tests.notes.files import CHORALES, FREEDOOM

MAJOR_SCALE, MINOR_SCALE = [0, 2, 4, 5, 7, 9, 11, 12], [0, 2, 3, 5, 7, 8, 11, 12]


def scale(piece: str, tonic: int, steps: list[int]) -> pd.DataFrame:
    """The scale upwards in crotchets, its first and last note a minim."""
    held = [48, *[24] * (len(steps) - 2), 48]
    return note_table(piece=piece, onset=np.cumsum([0, *held[:-1]]), duration=held, pitch=[tonic + s for s in steps])


def test_scales_on_every_tonic():
    tables = [scale(f"{t:02} major", 60 + t, MAJOR_SCALE) for t in range(12)]
    tables += [scale(f"{t:02} minor", 48 + t, MINOR_SCALE) for t in range(12)]
    keys = find_keys(pd.concat(tables, ignore_index=True))
    assert list(keys.columns) == ["piece", "tonic", "minor", "correlation"]
    assert keys["piece"].tolist() == sorted(keys["piece"])
    assert keys["tonic"].tolist() == [t for t in range(12) for _ in range(2)]
    assert keys["minor"].tolist() == [False, True] * 12
    assert keys["correlation"].between(0.8, 1).all()


def test_correlation_by_hand():
    # C alone: its histogram stands sqrt(11) deviations out, so r = (profile[0] - mean) / (deviation * sqrt(11)).
    keys = find_keys(note_table(piece="p", onset=[0, 7], duration=[5, 9], pitch=[36, 72]))
    major = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
    assert (keys["tonic"][0], keys["minor"][0]) == (0, False)
    assert keys["correlation"][0] == pytest.approx((6.35 - major.mean()) / (major.std() * np.sqrt(11)))


def test_durations_weigh_and_drums_do_not():
    notes = note_table(
        piece="p", onset=[0, 24, 48, 60], duration=[96, 1, 1, 90_000], pitch=[62, 64, 65, 61], track=[0, 0, 0, 1]
    )
    drummed = notes.assign(is_drum=notes["track"] == 1)
    assert find_keys(notes)["tonic"].tolist() == [1]
    assert find_keys(drummed)["tonic"].tolist() == [2]


def test_no_preference_is_c_major_at_correlation_0():
    chromatic = note_table(piece="a", onset=range(12), duration=7, pitch=range(60, 72))
    drums = note_table(piece="b", onset=[0], duration=7, pitch=[38], is_drum=True)
    keys = find_keys(pd.concat([chromatic, drums], ignore_index=True))
    assert keys.to_dict("list") == {
        "piece": ["a", "b"],
        "tonic": [0, 0],
        "minor": [False] * 2,
        "correlation": [0.0] * 2,
    }
    assert find_keys(empty_notes()).empty


def test_agrees_with_music21_on_real_chorales():
    """Same profiles, so the same keys and the same correlations, to rounding: 12 of 12."""
    from music21 import corpus
    from music21.analysis.discrete import KrumhanslSchmuckler

    works = ["66.6", "64.8", "87.7", "17.7", "244.15", "244.17", "269", "277", "294", "302", "347", "381"]
    tables, theirs = [], []
    for work in works:
        score = corpus.parse(f"bach/bwv{work}").stripTies()
        key = KrumhanslSchmuckler().getSolution(score)
        theirs.append((f"bwv{work}", key.tonic.pitchClass, key.mode == "minor", key.correlationCoefficient))
        sounding = [
            (n.offset, n.quarterLength, p.midi) for n in score.flatten().notes if n.quarterLength for p in n.pitches
        ]
        onsets, durations, pitches = zip(*sounding, strict=True)
        tables.append(
            note_table(
                piece=f"bwv{work}",
                onset=[round(24 * x) for x in onsets],
                duration=[round(24 * x) for x in durations],
                pitch=pitches,
            )
        )
    expected = pd.DataFrame(theirs, columns=["piece", "tonic", "minor", "correlation"]).sort_values("piece")
    assert_frame_equal(
        find_keys(pd.concat(tables, ignore_index=True)), expected.reset_index(drop=True), check_dtype=False, atol=1e-6
    )


def chorales() -> pd.DataFrame:
    return pd.concat(
        [
            read_midi(path.read_bytes(), path.stem, max_notes=5_000, max_beats=500)[0]
            for path in sorted(CHORALES.glob("*.mid"))
        ],
        ignore_index=True,
    )


def test_found_key_moves_with_the_music():
    notes = chorales()
    keys = find_keys(notes).set_index("piece")
    up = find_keys(transpose(notes, 5)).set_index("piece")
    assert (up["tonic"] == (keys["tonic"] + 5) % 12).all()
    assert (up["minor"] == keys["minor"]).all()
    assert up["correlation"].to_numpy() == pytest.approx(keys["correlation"].to_numpy())
    assert keys.loc["bwv244.17", "tonic"] == (keys.loc["bwv244.15", "tonic"] + 1) % 12  # the same setting


def test_common_key_is_c_major_or_a_minor_and_near():
    notes = chorales()
    moved = to_common_key(notes)
    keys = find_keys(moved)
    assert keys["tonic"].tolist() == [9 if minor else 0 for minor in keys["minor"]]
    steps = (moved["pitch"] - notes["pitch"]).groupby(notes["piece"]).agg(["min", "max"])
    assert (steps["min"] == steps["max"]).all()
    assert steps["min"].between(-5, 6).all() and steps["min"].nunique() > 1


def test_semitones_to_common_of_every_tonic():
    keys = pd.DataFrame(
        {"tonic": [0, 5, 6, 7, 11, 9, 2, 3, 4, 8], "minor": [False] * 5 + [True] * 5}, index=[*"vwxyzabcde"]
    )
    found = semitones_to_common(keys)
    assert found.tolist() == [0, -5, 6, 5, 1, 0, -5, 6, 5, 1] and list(found.index) == [*"vwxyzabcde"]
    assert semitones_to_common(keys.head(0)).empty


def test_common_key_of_every_tonic():
    tables = [scale(f"{t:02}", 60 + t, MAJOR_SCALE) for t in range(12)]
    notes = pd.concat(tables, ignore_index=True)
    moved = to_common_key(notes).groupby("piece")["pitch"].first() - notes.groupby("piece")["pitch"].first()
    assert moved.tolist() == [0, -1, -2, -3, -4, -5, 6, 5, 4, 3, 2, 1]


def test_transpose_leaves_drums_and_keeps_the_rest():
    notes, _ = read_midi((FREEDOOM / "freedoom2_D_READ_M.mid").read_bytes(), "x", max_notes=5_000, max_beats=500)
    down = transpose(notes, -3)
    assert ((down["pitch"] - notes["pitch"]) == np.where(notes["is_drum"], 0, -3)).all()
    assert_frame_equal(transpose(down, 3), notes)


def test_transpose_by_piece():
    notes = note_table(piece=["a", "b", "b"], onset=[0, 0, 24], duration=24, pitch=[60, 70, 80])
    assert transpose(notes, pd.Series({"b": 2, "a": -5}))["pitch"].tolist() == [55, 72, 82]
    with pytest.raises(ValueError, match="'b' is given no transposition"):
        transpose(notes, pd.Series({"a": 1}))


@pytest.mark.parametrize(("pitch", "steps"), [(126, 2), (3, -4)])
def test_transpose_never_leaves_midi(pitch, steps):
    notes = note_table(piece="high and low", onset=[0], duration=[24], pitch=[pitch])
    with pytest.raises(ValueError, match=f"'high and low': pitch {pitch} moved by {steps} semitones"):
        transpose(notes, steps)
    assert transpose(notes, steps // 2)["pitch"].tolist() == [pitch + steps // 2]


def test_common_key_beyond_the_ends_of_midi_is_taken_an_octave_off_or_left():
    pitches = {"d": [50, 54, 57], "high b flat": [118, 122, 125, 126], "low f": [0, 5, 9]}
    tables = [note_table(piece=p, onset=24 * np.arange(len(of)), duration=24, pitch=of) for p, of in pitches.items()]
    drums = note_table(piece="drums", onset=0, duration=24, pitch=127, is_drum=[True])
    moved = to_common_key(pd.concat([*tables, drums], ignore_index=True))
    found = {piece: of["pitch"].tolist() for piece, of in moved.groupby("piece")}
    expected = {"d": [48, 52, 55], "drums": [127], "high b flat": [108, 112, 115, 116], "low f": [7, 12, 16]}
    assert found == expected
    both_ends = note_table(piece="x", onset=24 * np.arange(4), duration=24, pitch=[0, 5, 9, 126])
    assert_frame_equal(to_common_key(both_ends), both_ends)
