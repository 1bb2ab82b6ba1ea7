import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings.grid import on_grid
from counterpoint.encodings.pianoroll import (
    AGAIN,
    PITCHES,
    REST,
    Bars,
    decode,
    encode,
    phrase_starts,
    phrases,
    transposed,
)
from counterpoint.notes.table import note_table
from tests.encodings.rolls import TRIO, VOICE


def whole(bars: Bars) -> list[np.ndarray]:
    """Each piece's bars as decode takes them, (1, tracks, bars, steps, PITCHES)."""
    pieces = [bars.rolls[a:b] for a, b in zip(bars.offsets[:-1], bars.offsets[1:], strict=True)]
    return [rolls.transpose(1, 0, 2, 3)[None] for rolls in pieces]


def test_a_bar_by_hand():
    notes = note_table(piece="a", program=52, onset=[0, 24, 36, 60], duration=[24, 12, 18, 12], pitch=[60, 60, 62, 24])
    (bar,) = encode(notes, VOICE).rolls
    assert bar.shape == (1, 16, PITCHES) and bar.dtype == bool
    on = [sorted(np.flatnonzero(step).tolist()) for step in bar[0]]
    c, d = 60 - 24, 62 - 24
    assert on == [*[[c]] * 4, [c, AGAIN], [c], *[[d]] * 3, [REST], [0], [0], *[[REST]] * 4]
    pd.testing.assert_frame_equal(decode(bar[None, :, None], ["a"], VOICE), notes)


def test_a_note_over_a_bar_line_is_one_note_and_a_phrase_from_there_begins_it_anew():
    notes = note_table(piece="a", program=52, onset=[0, 90, 96 + 12], duration=[90, 18, 84], pitch=[60, 62, 62])
    bars = encode(notes, VOICE)
    assert bars.offsets.tolist() == [0, 2]
    pd.testing.assert_frame_equal(decode(whole(bars)[0], ["a"], VOICE), notes)
    (phrase,) = phrases(bars, np.array([1]), 1)
    alone = decode(phrase[None], ["b"], VOICE)
    assert alone[["onset", "duration", "pitch"]].to_numpy().tolist() == [[0, 12, 62], [12, 84, 62]]


def test_a_phrase_has_nothing_struck_again_in_its_first_step():
    notes = note_table(piece="a", onset=[0, 96], duration=[96, 96], pitch=60)
    bars = encode(notes, VOICE)
    assert bars.rolls[1, 0, 0, AGAIN]
    assert not phrases(bars, np.array([1]), 1)[0, 0, 0, 0, AGAIN]
    assert phrases(bars, np.array([0]), 2)[0, 0, 1, 0, AGAIN] and bars.rolls[1, 0, 0, AGAIN]


def test_pieces_lie_one_after_another_and_do_not_touch():
    notes = note_table(piece=["b", "a", "a"], onset=[0, 90, 5], duration=[6, 6, 2], pitch=[60, 60, 110])
    bars = encode(notes, VOICE)
    assert bars.pieces == ("a", "b") and bars.offsets.tolist() == [0, 1, 2]
    assert not bars.rolls[..., AGAIN].any()


def test_a_track_that_the_layout_has_not_is_refused():
    with pytest.raises(ValueError, match="track 3 is not in the layout, whose tracks are 0 to 2"):
        encode(note_table(piece=["a"], track=3, onset=0, duration=6, pitch=60), TRIO)


def test_no_notes_are_no_bars():
    bars = encode(note_table(piece=[], onset=[], duration=[], pitch=[]), TRIO)
    assert bars.pieces == () and bars.rolls.shape == (0, 3, 8, PITCHES) and bars.offsets.tolist() == [0]
    assert decode(np.zeros((2, 3, 4, 8, PITCHES), bool), ["a", "b"], TRIO).empty


@st.composite
def lines(draw: st.DrawFn) -> pd.DataFrame:
    """One monophonic line on the grid, all pitches of the roll; gaps of 0 are repeated or neighbouring notes."""
    parts = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20), st.integers(24, 105)), max_size=30))
    gaps, durations, pitches = (
        (np.array(column, np.int64) for column in zip(*parts, strict=True)) if parts else [[]] * 3
    )
    ends = np.cumsum(np.asarray(gaps) + np.asarray(durations))
    return note_table(
        piece="a" if parts else [],
        program=52,
        onset=(ends - durations) * 6 if parts else [],
        duration=np.asarray(durations) * 6,
        pitch=pitches,
    )


@given(lines())
def test_a_line_on_the_grid_comes_back_exactly(line):
    assert on_grid(line, VOICE).equals(line)
    back = [decode(rolls, ["a"], VOICE) for rolls in whole(encode(line, VOICE))]
    pd.testing.assert_frame_equal(back[0] if back else line, line)


TRACK = st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(24, 105))


@given(st.lists(TRACK, min_size=1, max_size=40), st.sampled_from([1, 2]))
def test_many_at_once_come_back_where_no_pitch_is_repeated_under_a_held_one(parts, track):
    onsets, durations, pitches = zip(*parts, strict=True)
    notes = note_table(
        piece="a",
        track=track,
        program=TRIO.tracks[track].program,
        onset=np.array(onsets) * 6,
        duration=np.array(durations) * 6,
        pitch=pitches,
    )
    kept = on_grid(notes, TRIO).reset_index(drop=True)
    first, last = kept["onset"].to_numpy(), (kept["onset"] + kept["duration"]).to_numpy()
    pitch = kept["pitch"].to_numpy()
    repeated = first[[((last == at) & (pitch == of)).any() for at, of in zip(first, pitch, strict=True)]]
    under_held = any(((first < at) & (last > at)).any() for at in repeated)
    back = decode(whole(encode(notes, TRIO))[0], ["a"], TRIO)
    if under_held:  # then still the same pitches sound
        rows = [encode(table, TRIO).rolls[..., :AGAIN] for table in (back, kept)]
        np.testing.assert_array_equal(*rows)
    else:
        pd.testing.assert_frame_equal(back, kept)


@pytest.mark.parametrize(("repeated", "heard"), [((60,), 0), ((60, 64), 3), ((60, 64, 67), 3)])
def test_all_that_go_on_are_struck_again_where_at_least_half_of_them_are(repeated, heard):
    """A chord of three in which some notes are struck again after two steps."""
    held = [pitch for pitch in (60, 64, 67) if pitch not in repeated]
    notes = note_table(
        piece="a",
        track=1,
        onset=[0] * len(held) + [0, 12] * len(repeated),
        duration=[24] * len(held) + [12, 12] * len(repeated),
        pitch=[*held, *np.repeat(repeated, 2)],
    )
    back = decode(whole(encode(notes, TRIO))[0], ["a"], TRIO)
    assert ((back["onset"] == 0).sum(), (back["onset"] == 12).sum()) == (3, heard)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(24, 105)), min_size=1, max_size=40))
def test_drums_come_back_with_one_step_each(parts):
    onsets, pitches = zip(*parts, strict=True)
    notes = note_table(piece="a", track=0, is_drum=True, onset=np.array(onsets) * 6, duration=17, pitch=pitches)
    back = decode(whole(encode(notes, TRIO))[0], ["a"], TRIO)
    pd.testing.assert_frame_equal(back, on_grid(notes, TRIO).reset_index(drop=True))
    assert (back["duration"] == 6).all()


@given(st.integers(0, 2**32 - 1))
def test_rolls_that_no_music_made_are_read_by_the_same_rule(seed):
    """What decode reads is on the grid, ends where it says, and encodes to the pitches of the roll again."""
    rolls = np.random.default_rng(seed).random((2, 3, 2, 8, PITCHES)) < 0.1
    notes = decode(rolls, ["a", "b"], TRIO)
    pitched = notes[~notes["is_drum"]]
    again = encode(pitched, TRIO)
    for piece, of_piece in enumerate(whole(again)):
        bars = of_piece.shape[2]
        np.testing.assert_array_equal(of_piece[0, 1:, ..., :REST], rolls[piece, 1:, :bars, :, :REST])
    drums = np.diff(rolls[:, 0].reshape(2, 16, PITCHES)[..., :REST].astype(int), axis=1, prepend=0) == 1
    struck = rolls[:, 0].reshape(2, 16, PITCHES)
    struck = drums | (struck[..., :REST] & struck[..., AGAIN:])
    assert int(notes["is_drum"].sum()) == int(struck.sum())


def test_programs_drums_and_ticks_are_the_layouts():
    rolls = np.zeros((1, 3, 1, 8, PITCHES), bool)
    rolls[0, 0, 0, 2:4, 36 - 24] = rolls[0, 1, 0, 3, 50 - 24] = rolls[0, 2, 0, 5:8, 30 - 24] = True
    columns = ["track", "program", "is_drum", "onset", "duration", "pitch"]
    assert decode(rolls, ["x"], TRIO)[columns].to_numpy().tolist() == [
        [0, 0, True, 12, 6, 36],
        [1, 3, False, 18, 6, 50],
        [2, 33, False, 30, 18, 30],
    ]


def bars_that_sound(sounds: list[list[int]], lengths: list[int]) -> Bars:
    """sounds: (bars, tracks), 1 where a note sounds; lengths: bars of each piece."""
    rolls = np.zeros((*np.shape(sounds), 4, PITCHES), bool)
    rolls[..., 1, 7] = sounds
    rolls[..., REST] = ~rolls[..., :REST].any(axis=-1)
    return Bars(tuple("abcdef"[: len(lengths)]), np.concatenate([[0], np.cumsum(lengths)]), rolls)


def test_phrases_lie_in_one_piece_and_have_so_many_tracks_that_sound_in_half_their_bars():
    bars = bars_that_sound([[1, 1], [0, 1], [0, 0], [1, 0], [1, 1], [1, 1], [1, 1]], [4, 0, 3])
    assert phrase_starts(bars, 2, 2).tolist() == [0, 4, 5]  # 3 would reach into the next piece
    assert phrase_starts(bars, 2, 1).tolist() == [0, 1, 2, 4, 5]
    assert phrase_starts(bars, 3, 2).tolist() == [4]  # two of three bars
    assert phrase_starts(bars, 4, 2).tolist() == [0]
    assert phrase_starts(bars, 5, 1).tolist() == phrase_starts(bars, 9, 1).tolist() == []


def test_a_phrase_holds_its_bars_track_by_track():
    bars = bars_that_sound([[1, 0], [0, 1], [1, 1]], [3])
    taken = phrases(bars, np.array([0, 1]), 2)
    assert taken.shape == (2, 2, 2, 4, PITCHES)
    assert taken[..., 1, 7].tolist() == [[[1, 0], [0, 1]], [[0, 1], [1, 1]]]


def test_transposed_moves_pitches_alone_and_no_drum():
    notes = note_table(
        piece=["a"] * 4 + ["b"] * 2,
        track=[0, 1, 1, 2, 1, 1],
        program=[0, 3, 3, 33, 3, 3],
        is_drum=[True, False, False, False, False, False],
        onset=[0, 6, 12, 0, 0, 6],
        duration=[6, 6, 6, 48, 6, 42],
        pitch=[36, 60, 60, 26, 62, 103],
    )
    bars = encode(notes, TRIO)
    moved = transposed(bars.rolls, np.array([-5, 4]), TRIO)
    # 26 - 5 leaves the roll below, 103 + 4 above: an octave back in.
    expected = notes.assign(pitch=[36, 55, 55, 33, 66, 95])
    back = decode(moved[:, :, None], bars.pieces, TRIO)
    pd.testing.assert_frame_equal(back, expected.astype(back.dtypes))
    assert (transposed(bars.rolls, np.array([0, 0]), TRIO) == bars.rolls).all()
