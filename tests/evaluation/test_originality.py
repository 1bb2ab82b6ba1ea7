from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from counterpoint.evaluation import originality
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.originality import Originality, copying, index, summary
from counterpoint.evaluation.textures import render
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table

CHORALES = Path(__file__).parents[1] / "data" / "chorales"
TWIN_TUNES = ("bwv244.15", "bwv244.17")  # O Haupt voll Blut und Wunden, in two keys
# 12 notes whose five windows are all different.
PITCHES = [60, 62, 65, 64, 60, 67, 69, 66, 71, 72, 65, 63]
GAPS = [24, 12, 12, 36, 12, 24, 48, 12, 6, 6, 24]


def tune(piece: str, pitches=PITCHES, gaps=GAPS, *, track: int = 0, start: int = 0) -> pd.DataFrame:
    onsets = start + np.concatenate([[0], np.cumsum(gaps)])
    return note_table(piece=piece, track=track, onset=onsets, duration=5, pitch=pitches)


def together(*tables: pd.DataFrame, **options) -> Music:
    return music(pd.concat(tables, ignore_index=True), **options)


def judged(generated: Music, training: Music) -> Originality:
    return originality.originality(generated, index(training))


def run_of(found: Originality, piece: int = 0) -> tuple[float, int, str, int, int]:
    return (
        found.copied_share[piece],
        found.longest_run_notes[piece],
        found.longest_run_piece[piece],
        found.longest_run_onset_ticks[piece],
        found.longest_run_source_onset_ticks[piece],
    )


@pytest.fixture(scope="module")
def chorales() -> pd.DataFrame:
    found = [
        read_midi(path.read_bytes(), path.stem, max_notes=2000, max_beats=500)[0]
        for path in sorted(CHORALES.glob("*.mid"))
    ]
    return pd.concat(found, ignore_index=True)


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_window_is_its_intervals_and_its_times_in_lowest_terms():
    known = index(together(tune("a", PITCHES[:9], GAPS[:8], start=7)))
    assert known.windows.onset.tolist() == [7, 31] and known.windows.piece.tolist() == [0, 0]
    key = np.frombuffer(known.windows.keys[0].ljust(35, b"\0"), np.uint8)
    assert key[:7].view(np.int8).tolist() == [2, 3, -1, -4, 7, 2, -3]
    assert key[7:].view("<i4").tolist() == [2, 1, 1, 3, 1, 2, 4]  # divided by 12
    assert known.windows.left.tolist() == [2, 1]


def test_windows_do_not_reach_over_tracks_or_pieces_and_leave_drums_out():
    half = [
        tune("a", PITCHES[:7], GAPS[:6]),
        tune("a", PITCHES[:7], GAPS[:6], track=1, start=200),
        tune("b", PITCHES[:7], GAPS[:6], start=400),
        tune("b", track=3).assign(is_drum=True),
    ]
    assert len(index(together(*half)).number) == 0
    assert np.isnan(judged(together(*half), together(tune("t"))).copied_share).all()
    both = index(together(tune("a", PITCHES[:9], GAPS[:8]), tune("b", PITCHES[1:10], GAPS[1:9])))
    assert both.windows.left.tolist() == [2, 1, 2, 1]
    assert both.number[1] == both.number[2] and len(both.distinct) == 3


def test_of_notes_that_begin_together_the_highest_is_the_line():
    below = tune("a", [pitch - 9 for pitch in PITCHES])
    assert run_of(judged(together(tune("a"), below), together(tune("t")))) == (1.0, 12, "t", 0, 0)


WIDE = [0, 127, 0, 127, 0, 127, 0, 127]
ALL_DIFFERENT = [
    (WIDE, [1, 1, 1, 1, 1, 1, 2**30]),
    (WIDE[::-1], [1, 1, 1, 1, 1, 1, 2**30]),
    (WIDE, [1, 1, 1, 1, 1, 1, 2**30 + 256]),
    (WIDE, [1, 1, 1, 1, 1, 257, 2**30]),
    ([60] * 8, [1, 1, 1, 1, 1, 1, 1]),
    ([60] * 8, [1, 1, 1, 1, 1, 1, 256]),
    ([60] * 8, [1, 1, 1, 1, 1, 1, 65536]),
    ([60] * 7 + [61], [1, 1, 1, 1, 1, 1, 1]),
]


@pytest.mark.parametrize("chosen", range(len(ALL_DIFFERENT)))
def test_far_leaps_and_long_waits_are_told_apart_exactly(chosen):
    tunes = [tune(f"t{number}", *case) for number, case in enumerate(ALL_DIFFERENT)]
    generated = together(tune("g", *ALL_DIFFERENT[chosen]))
    others = together(*tunes[:chosen], *tunes[chosen + 1 :])
    assert judged(generated, others).copied_share.tolist() == [0]
    assert run_of(judged(generated, together(*tunes)))[:3] == (1.0, 8, f"t{chosen}")


# ── shares and runs ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_share_and_run_by_hand():
    """Of 12 notes the tenth is another: windows 0 to 1 of five stand in training, where they begin 30 ticks later."""
    altered = [*PITCHES[:9], PITCHES[9] + 1, *PITCHES[10:]]
    found = judged(together(tune("g", altered)), together(tune("t", start=30)))
    assert run_of(found) == (2 / 5, 9, "t", 0, 30)
    # The first note altered in place of it: the last four windows, from the second note on.
    found = judged(together(tune("g", [50, *PITCHES[1:]], start=3)), together(tune("t", start=30)))
    assert run_of(found) == (4 / 5, 11, "t", 3 + 24, 30 + 24)


def test_what_has_no_window_or_none_in_training():
    generated = together(tune("g"), tune("short", PITCHES[:7], GAPS[:6]), pieces=["empty", "g", "short"])
    found = judged(generated, together(tune("t", PITCHES[::-1])))
    np.testing.assert_array_equal(found.copied_share, [np.nan, 0, np.nan])
    assert found.pieces == ("empty", "g", "short")
    assert found.longest_run_notes.tolist() == [0, 0, 0] and found.longest_run_piece == ("", "", "")
    assert found.longest_run_onset_ticks.tolist() == [-1] * 3
    assert found.longest_run_source_onset_ticks.tolist() == [-1] * 3


def test_nothing_to_compare_with():
    nothing = music(empty_notes())
    assert judged(together(tune("g")), nothing).copied_share.tolist() == [0]
    assert judged(nothing, together(tune("t"))).pieces == ()
    np.testing.assert_array_equal(judged(music(empty_notes(), pieces=["g"]), nothing).copied_share, [np.nan])


def test_a_run_across_two_training_pieces_is_not_one_run():
    """Notes 0 to 8 stand in t, 1 to 11 in u: every window is copied, but no piece has more than 11 notes of it."""
    training = together(tune("t", PITCHES[:9], GAPS[:8]), tune("u", PITCHES[1:], GAPS[1:], start=40))
    assert run_of(judged(together(tune("g")), training)) == (1.0, 11, "u", 24, 40)
    # The same in two tracks of one piece.
    tracks = together(tune("t", PITCHES[:9], GAPS[:8]), tune("t", PITCHES[1:], GAPS[1:], track=1, start=40))
    assert run_of(judged(together(tune("g")), tracks)) == (1.0, 11, "t", 24, 40)


def test_windows_copied_in_another_order_are_no_run():
    # Training has both halves of the tune with a note between them.
    pitches, gaps = [*PITCHES[:8], 80, *PITCHES[4:]], [*GAPS[:7], 11, 13, *GAPS[4:]]
    found = judged(together(tune("g")), together(tune("t", pitches, gaps)))
    assert run_of(found) == (2 / 5, 8, "t", 0, 0)


def test_of_equal_runs_the_first_is_told():
    gaps = [*GAPS[:7], 1000, *GAPS[:7]]
    pitches = [*PITCHES[:8], *[pitch + 5 for pitch in PITCHES[:8]]]
    found = judged(together(tune("g", pitches, gaps, start=9)), together(tune("t", PITCHES[:8], GAPS[:7])))
    assert run_of(found) == (2 / 9, 8, "t", 9, 0)


def test_repeated_notes_match_everywhere_and_still_have_a_longest_run():
    found = judged(
        together(tune("g", [60] * 40, [12] * 39)),
        together(tune("t", [50] * 23, [6] * 22), tune("u", [72] * 31, [24] * 30), tune("v", [40] * 9, [1] * 8)),
    )
    assert run_of(found)[:3] == (1.0, 31, "u")


def slow(generated: pd.DataFrame, training: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Share and longest run, by trying every place of every piece against every other."""

    def lines_of(notes: pd.DataFrame) -> dict[str, list[tuple[list[int], list[int]]]]:
        found: dict[str, list[tuple[list[int], list[int]]]] = {}
        for (piece, _), track in notes.groupby(["piece", "track"]):
            top = track.groupby("onset")["pitch"].max()
            found.setdefault(piece, []).append((top.to_list(), top.index.to_list()))
        return found

    def alike(one, i: int, other, j: int, notes: int) -> bool:
        (p, t), (q, s) = ([column[at : at + notes] for column in line] for line, at in ((one, i), (other, j)))
        stretch = [(t[k] - t[0]) * (s[1] - s[0]) == (s[k] - s[0]) * (t[1] - t[0]) for k in range(notes)]
        return all(p[k] - p[0] == q[k] - q[0] for k in range(notes)) and all(stretch)

    known = [line for lines in lines_of(training).values() for line in lines]
    result = {}
    for piece, lines in lines_of(generated).items():
        hits, windows, longest = 0, 0, 0
        for line in lines:
            for i in range(len(line[0]) - 7):
                windows += 1
                here = 0
                for other in known:
                    for j in range(len(other[0]) - 7):
                        notes = 8
                        while (notes <= min(len(line[0]) - i, len(other[0]) - j)) and alike(line, i, other, j, notes):
                            here = max(here, notes)
                            notes += 1
                hits += here > 0
                longest = max(longest, here)
        result[piece] = (hits / windows if windows else np.nan, longest)
    return result


@settings(max_examples=40)
@given(some.integers(0, 10**6))
def test_longest_runs_are_those_of_trying_every_place(seed):
    random = np.random.default_rng(seed)

    def random_pieces(names: str) -> pd.DataFrame:
        tables = []
        for name in names:
            for track in range(random.integers(1, 3)):
                notes = int(random.integers(5, 24))
                steps = random.choice([0, 1], notes, p=[0.9, 0.1])
                gaps = random.choice([6, 12], notes - 1, p=[0.1, 0.9])
                tables.append(tune(name, 40 + np.cumsum(steps), gaps, track=track))
        return pd.concat(tables, ignore_index=True)

    generated, training = random_pieces("gh"), random_pieces("tuv")
    found = judged(together(generated), together(training))
    expected = slow(generated, training)
    np.testing.assert_allclose(found.copied_share, [expected[piece][0] for piece in found.pieces])
    assert found.longest_run_notes.tolist() == [expected[piece][1] for piece in found.pieces]


@settings(max_examples=50)
@given(some.integers(-30, 30), some.fractions(min_value="1/6", max_value=9, max_denominator=6), some.integers(0, 999))
def test_transposed_and_stretched_copies_are_found(semitones, stretch, start):
    gaps = [int(gap * 10 * stretch.numerator / stretch.denominator) for gap in GAPS]
    assert all(gap * stretch.denominator == 10 * g * stretch.numerator for gap, g in zip(gaps, GAPS, strict=True))
    copy = tune("g", [pitch + semitones for pitch in PITCHES], gaps, start=start)
    found = judged(together(copy), together(tune("s", PITCHES[2:], GAPS[2:]), tune("t", start=17)))
    assert run_of(found) == (1.0, 12, "t", start, 17)


@given(some.integers(0, 11), some.sampled_from([-2, -1, 1, 2]))
def test_an_altered_note_breaks_the_windows_it_is_in(place, by):
    pitches = [pitch + by * (number == place) for number, pitch in enumerate(PITCHES)]
    broken = min(place, 4) - max(0, place - 7) + 1
    found = judged(together(tune("g", pitches)), together(tune("t")))
    assert found.copied_share[0] == pytest.approx(1 - broken / 5)
    before, after = place, 11 - place
    assert found.longest_run_notes[0] == (max(before, after) if max(before, after) >= 8 else 0)


def test_real_music_stands_in_itself_and_little_in_other_music(chorales):
    voices = render(chorales[chorales["piece"] != TWIN_TUNES[1]], "voices")
    names = sorted(set(voices["piece"]))
    known = index(music(voices[voices["piece"] != names[0]]))
    for semitones, factor in ((0, 1), (-7, 1), (4, 5)):
        copy = voices.assign(
            pitch=voices["pitch"] + semitones, onset=voices["onset"] * factor, duration=voices["duration"] * factor
        )
        found = originality.originality(music(copy), known)
        assert found.pieces == tuple(names)
        assert (found.copied_share[1:] == 1).all() and found.copied_share[0] < 0.2
        assert found.longest_run_piece[1:] == tuple(names[1:])
        longest = voices.groupby(["piece", "track"]).size().groupby("piece").max()
        assert found.longest_run_notes[1:].tolist() == longest[names[1:]].to_list()
        assert found.longest_run_notes[0] < 16


# ── summary and guard ────────────────────────────────────────────────────────────────────────────────────────────────


def found(shares: list[float], runs: list[int]) -> Originality:
    """As `originality` gives it: pieces p0, p1, …, each run from the training piece t0, t1, …"""
    place = np.arange(len(shares))
    return Originality(
        pieces=tuple(f"p{number}" for number in place),
        copied_share=np.array(shares, float),
        longest_run_notes=np.array(runs, np.int64),
        longest_run_piece=tuple(f"t{number}" if run else "" for number, run in zip(place, runs, strict=True)),
        longest_run_onset_ticks=np.where(runs, 100 + place, -1),
        longest_run_source_onset_ticks=np.where(runs, 200 + place, -1),
    )


def test_summary_by_hand():
    result = summary(found([0.1, np.nan, 0.3, 0.8], [9, 0, 17, 17]))
    assert result.copied_share == pytest.approx(0.4)
    assert (result.longest_run_notes, result.longest_run_sample, result.longest_run_piece) == (17, "p2", "t2")
    assert (result.longest_run_onset_ticks, result.longest_run_source_onset_ticks) == (102, 202)
    # Of three pieces drawn with replacement, one in 27 draws is three times the least: the 2.5 % point lies there.
    assert (result.copied_share_low, result.copied_share_high) == (pytest.approx(0.1), pytest.approx(0.8))


def test_the_interval_is_the_classical_one_of_many_pieces_and_comes_back_with_the_seed():
    shares = np.random.default_rng(3).beta(2, 20, 400).tolist()
    many = found(shares, [8] * 400)
    result = summary(many, seed=1)
    width = result.copied_share_high - result.copied_share_low
    assert width == pytest.approx(3.92 * np.std(shares) / 20, rel=0.1)
    assert result.copied_share_low < result.copied_share < result.copied_share_high
    assert summary(many, seed=1) == result and summary(many, seed=2) != result


@pytest.mark.parametrize("shares", [[], [np.nan, np.nan]])
def test_summary_of_nothing(shares):
    result = summary(found(shares, [0] * len(shares)))
    assert np.isnan([result.copied_share, result.copied_share_low, result.copied_share_high]).all()
    assert (result.longest_run_notes, result.longest_run_sample, result.longest_run_piece) == (0, "", "")
    assert (result.longest_run_onset_ticks, result.longest_run_source_onset_ticks) == (-1, -1)
    assert copying(found(shares, [0] * len(shares)), found([0.1], [9]), 0.05) is None


def test_the_guard_lets_pass_what_is_as_original_as_human_music_and_names_what_is_not():
    human = found([0.02, 0.06], [8, 11])
    assert copying(human, human, 0.0) is None
    assert copying(found([0.08, 0.09], [22, 8]), human, 0.05) is None
    share = copying(found([0.08, 0.11], [22, 8]), human, 0.05)
    assert share is not None and "9.5%" in share and "4.0%" in share and "5.0%" in share and "notes of" not in share
    run = copying(found([0.0, 0.01], [9, 23]), human, 0.05)
    assert run is not None and "23 successive notes of p1" in run and "t1" in run and "at most 11" in run
    assert "22 are allowed" in run and "%" not in run
    both = copying(found([0.9], [50]), human, 0.05)
    assert both is not None and "90.0%" in both and "50 successive" in both


@pytest.mark.parametrize("human", [found([], []), found([np.nan], [0]), found([0.0], [0])])
def test_without_a_human_copy_one_window_is_what_is_allowed_for(human):
    assert copying(found([0.05], [16]), human, 0.05) is None
    assert copying(found([0.06], [16]), human, 0.05) is not None
    assert "at most 0 are, and 16 are allowed" in str(copying(found([0.0], [17]), human, 0.05))


@pytest.mark.parametrize("texture", ["melody", "voices"])
def test_the_guard_on_real_music(chorales, texture):
    notes = render(chorales, texture)
    parts = (["bwv64.8", TWIN_TUNES[0]], ["bwv17.7"], ["bwv66.6"], [TWIN_TUNES[1]])
    training, human, other, twin = (notes[notes["piece"].isin(part)] for part in parts)
    known = index(music(training))
    reference = originality.originality(music(human), known)

    def guard(table: pd.DataFrame) -> str | None:
        return copying(originality.originality(music(table), known), reference, 0.05)

    assert guard(other) is None
    assert "are those of the training piece bwv244.15" in str(guard(twin))
    for semitones, factor in ((0, 1), (3, 1), (0, 2), (-5, 3)):
        copy = training.assign(
            pitch=training["pitch"] + semitones,
            onset=training["onset"] * factor,
            duration=training["duration"] * factor,
        )
        reason = guard(copy)
        assert reason is not None and "100.0%" in reason and "successive notes" in reason
