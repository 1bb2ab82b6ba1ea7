from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from counterpoint.encodings import vectors
from counterpoint.encodings.scale import INTENSITY, PITCH, Scale
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.notes.table import note_table

CHORDS = Scale(
    low=(6, 40, 30, 0),
    high=(48, 80, 110, 96),
    grid_ticks=6,
    tones_per_step=1,
    times="logarithmic",
    texture="chords",
    program=41,
)
MELODY = replace(CHORDS, texture="melody", times="linear")
WHOLE = Scale((4, 0, 1, 0), (4000, 127, 127, 4000), 4, 1, "logarithmic", "chords", 5)
SOUND = ["piece", "onset", "duration", "pitch", "velocity"]
# A chord of three with an upbeat, then the lowest again under the highest, which is held.
DUET = note_table(
    piece="duet",
    track=[0, 1, 1, 0, 1],
    onset=[24, 24, 24, 48, 54],
    duration=[30, 24, 12, 6, 18],
    pitch=[72, 55, 64, 71, 55],
    velocity=[100, 50, 60, 90, 40],
)
SOLO = note_table(piece="alone", onset=[0, 12, 48], duration=[12, 24, 6], pitch=[60, 67, 62], velocity=[70, 80, 75])


def test_tones_by_hand_chords_from_the_highest():
    pieces, offsets, values = vectors.features(vectors.on_grid(pd.concat([DUET, SOLO]), 6, "chords"), 6)
    assert pieces == ("alone", "duet") and offsets.tolist() == [0, 3, 8]
    assert values.tolist() == [
        [12, 60, 70, 0],
        [24, 67, 80, 12],
        [6, 62, 75, 36],
        [30, 72, 100, 24],  # the upbeat's silence
        [12, 64, 60, 0],
        [24, 55, 50, 0],
        [6, 71, 90, 24],
        [18, 55, 40, 6],
    ]


def test_a_piece_begins_in_its_bar_however_many_are_silent_before_it():
    """Set at bar 65, or two of its tones a bar apart: only what is ahead of the first is left out."""
    late = note_table(piece="late", onset=[64 * 96 + 72, 65 * 96 + 72], duration=24, pitch=[60, 62])
    assert vectors.features(late, 6)[2].tolist() == [[24, 60, 90, 72], [24, 62, 90, 96]]
    early = note_table(piece="early", onset=[95, 96], duration=1, pitch=[60, 62])
    assert vectors.features(early, 1)[2][:, 3].tolist() == [95, 1]


def test_the_bars_that_are_left_out_are_whole_steps_too():
    late = note_table(piece="late", onset=[36 * 8 * 5 + 252], duration=36, pitch=60)  # 8 steps of 36 are 3 bars
    assert vectors.features(late, 36)[2][:, 3].tolist() == [252]


def test_a_gap_beyond_the_scale_loses_whole_bars_and_what_follows_keeps_its_place():
    notes = note_table(piece="p", onset=[12, 12 + 192, 216, 216 + 300, 534], duration=6, pitch=[60, 62, 64, 65, 67])
    back = vectors.decode(vectors.encode(notes, CHORDS).values[None], ["p"], CHORDS)
    assert back["onset"].tolist() == [12, 12 + 96, 120, 120 + 12, 150]  # 300 is three bars and 12
    np.testing.assert_array_equal(back["onset"] % 96, notes["onset"] % 96)


def test_a_gap_that_no_number_of_bars_brings_into_the_scale_is_clipped():
    narrow = replace(CHORDS, high=(48, 80, 110, 48))
    notes = note_table(piece="p", onset=[0, 84, 84 + 108], duration=6, pitch=[60, 62, 64])
    back = vectors.decode(vectors.encode(notes, narrow).values[None], ["p"], narrow)
    assert back["onset"].tolist() == [0, 48, 60]


def test_encode_scales_them():
    encoded = vectors.encode(DUET, CHORDS)
    assert encoded.pieces == ("duet",) and encoded.offsets.tolist() == [0, 5]
    assert encoded.values.dtype == np.float32 and encoded.values.shape == (5, 4)
    np.testing.assert_array_equal(encoded.values, CHORDS.scaled(vectors.features(DUET, 6)[2]))


def test_one_pitch_sounds_once_at_a_time():
    """Of a unison the longer stays; a pitch that another track strikes again while it is held ends there."""
    notes = note_table(
        piece="p", track=[0, 1, 2], onset=[0, 0, 12], duration=[12, 36, 24], pitch=60, velocity=[50, 60, 70]
    )
    back = vectors.decode(vectors.encode(notes, CHORDS).values[None], ["p"], CHORDS)
    assert back[["onset", "duration", "velocity"]].values.tolist() == [[0, 12, 60], [12, 24, 70]]


def test_a_tone_s_place_does_not_hang_on_how_many_were_ahead_of_it():
    """Triplets off the grid: each is within half a step, as rounded gaps alone would not be."""
    notes = note_table(piece="p", onset=8 * np.arange(30), duration=8, pitch=60 + np.arange(30) % 7)
    back = vectors.decode(vectors.encode(notes, CHORDS).values[None], ["p"], CHORDS)
    assert np.abs(back["onset"] - notes["onset"]).max() == 2  # and 3 would be half a step


def test_decode_by_hand():
    tones = np.array([[[12, 60, 70, 24], [6, 64, 80, 0]], [[48, 50, 110, 96], [12, 50, 30, 12]]])
    steps = CHORDS.scaled(tones) + np.float32(0.002)
    found = vectors.decode(steps.reshape(2, 1, 8), ["one", "two"], replace(CHORDS, tones_per_step=2))
    expected = note_table(
        piece=["one", "one", "two", "two"],
        program=41,
        onset=[24, 24, 96, 108],
        duration=[12, 6, 12, 12],  # the first of two is struck again after 12 ticks
        pitch=[60, 64, 50, 50],
        velocity=[70, 80, 110, 30],
    )
    pd.testing.assert_frame_equal(found, expected)


def test_a_melody_s_tones_never_overlap_nor_begin_together():
    tones = np.array([[[12, 60, 70, 0], [48, 64, 80, 0], [6, 50, 90, 18]]])
    found = vectors.decode(MELODY.scaled(tones), ["p"], MELODY)
    assert found[["onset", "duration", "pitch"]].values.tolist() == [[0, 6, 60], [6, 18, 64], [24, 6, 50]]
    as_chords = vectors.decode(CHORDS.scaled(tones), ["p"], CHORDS)
    assert as_chords[["onset", "duration", "pitch"]].values.tolist() == [[0, 12, 60], [0, 48, 64], [18, 6, 50]]


def test_anything_a_generator_writes_is_a_note_table_within_the_scale():
    steps = np.random.default_rng(3).normal(0, 2, (5, 40, 4)).astype(np.float32)
    for scale in (CHORDS, MELODY):
        found = vectors.decode(steps, [str(number) for number in range(5)], scale)
        for column, place in (("pitch", PITCH), ("velocity", INTENSITY)):
            assert scale.low[place] <= found[column].min() < found[column].max() <= scale.high[place]
        assert found["duration"].min() == 6 and found["duration"].max() <= 48
        assert set(found["onset"] % 6) == set(found["duration"] % 6) == {0}
        together = found.sort_values(["piece", "onset"] if scale is MELODY else ["piece", "pitch", "onset"])
        same = together[["piece"] if scale is MELODY else ["piece", "pitch"]]
        follows = (same == same.shift()).all(axis=1).to_numpy()
        ends = (together["onset"] + together["duration"]).shift()
        assert follows.sum() > 50 and (together["onset"] >= ends)[follows].all()


def test_no_tones_are_no_notes():
    assert vectors.decode(np.zeros((2, 0, 4), np.float32), ["a", "b"], CHORDS).empty


def test_no_pieces_are_no_notes():
    assert vectors.decode(np.zeros((0, 3, 8), np.float32), [], replace(CHORDS, tones_per_step=2)).empty


def test_tones_that_cannot_be_read_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 3, 8\), expected \(1 pieces, steps, 4 numbers\)"):
        vectors.decode(np.zeros((1, 3, 8)), ["a"], CHORDS)
    with pytest.raises(ValueError, match=r"shape \(1, 3, 4\), expected \(2 pieces"):
        vectors.decode(np.zeros((1, 3, 4)), ["a", "b"], CHORDS)
    with pytest.raises(ValueError, match="not finite"):
        vectors.decode(np.full((1, 3, 4), np.nan), ["a"], CHORDS)


@st.composite
def music(draw):
    count = draw(st.integers(1, 30))
    of = {"onset": (0, 400), "duration": (1, 100), "pitch": (0, 127), "velocity": (1, 127), "track": (0, 3)}
    columns = {
        name: draw(st.lists(st.integers(*limits), min_size=count, max_size=count)) for name, limits in of.items()
    }
    return note_table(piece=draw(st.lists(st.sampled_from("abc"), min_size=count, max_size=count)), **columns)


def without_silent_bars(notes):
    """Every piece begun in its first bar that is not silent, of 96 ticks."""
    return notes.assign(onset=notes["onset"] - notes.groupby("piece")["onset"].transform("min") // 96 * 96)


def pieces_back(encoded, scale):
    """Every piece decoded by itself, as they are of different lengths."""
    return pd.concat(
        [
            vectors.decode(encoded.values[None, first:last], [piece], scale)
            for piece, first, last in zip(encoded.pieces, encoded.offsets[:-1], encoded.offsets[1:], strict=True)
        ],
        ignore_index=True,
    )


@settings(max_examples=60, deadline=None)
@given(music(), st.sampled_from(["melody", "chords"]), st.sampled_from(["linear", "logarithmic"]))
def test_any_music_comes_back_as_it_is_on_the_grid(notes, texture, times):
    scale = replace(WHOLE, texture=texture, times=times)
    encoded = vectors.encode(notes, scale)
    back = pieces_back(encoded, scale)
    kept = vectors.on_grid(notes, 4, texture)
    pd.testing.assert_frame_equal(back[SOUND], without_silent_bars(kept)[SOUND].reset_index(drop=True))
    assert np.abs(kept["onset"] - notes.loc[kept.index, "onset"]).max() <= 2  # half a step
    again = vectors.encode(back, scale)
    np.testing.assert_array_equal(again.values, encoded.values)
    for piece, of_piece in back.groupby("piece"):
        midi = write_midi(of_piece, tempo_bpm=100)
        pd.testing.assert_frame_equal(
            read_midi(midi, piece, max_notes=100, max_beats=500)[0], of_piece.reset_index(drop=True)
        )


def encoded_of(*lengths):
    tones = sum(lengths)
    values = np.arange(4 * tones, dtype=np.float32).reshape(tones, 4)
    shifts = np.array([[-place - 1, place + 2] for place in range(len(lengths))], np.int8)
    names = tuple("abcdefg"[: len(lengths)])
    return vectors.Encoded(names, np.concatenate([[0], np.cumsum(lengths)]), values, shifts)


def test_windows_are_every_offset_of_every_piece_and_never_go_over():
    encoded = encoded_of(5, 2, 3, 1)
    assert vectors.windows(encoded, 3, 1).tolist() == [0, 1, 2, 7]
    assert vectors.windows(encoded, 1, 3).tolist() == [0, 1, 2, 7]
    assert vectors.windows(encoded, 2, 2).tolist() == [0, 1]
    assert vectors.windows(encoded, 1, 1).tolist() == list(range(11))
    assert vectors.windows(encoded, 6, 1).tolist() == []
    assert vectors.too_short(encoded, 3, 1) == ("b", "d")
    assert vectors.too_short(encoded, 1, 4) == ("b", "c", "d")


def test_gathered_windows_and_their_pieces_shifts():
    encoded = encoded_of(5, 2, 3, 1)
    starts = vectors.windows(encoded, 1, 2)
    assert starts.tolist() == [0, 1, 2, 3, 5, 7, 8]
    taken = vectors.gathered(encoded, starts, 1, 2)
    assert taken.shape == (7, 1, 8)
    np.testing.assert_array_equal(taken[4, 0], np.arange(20, 28))
    assert vectors.window_shifts(encoded, starts).tolist() == [[-1, 2]] * 4 + [[-2, 3]] + [[-3, 4]] * 2


def test_shifts_keep_each_piece_within_the_scale():
    """40 to 80, of which "duet" has 55 to 72 and "alone" 60 to 67; a piece beyond it stays where it is."""
    beyond = note_table(piece="beyond", onset=[0, 6], duration=6, pitch=[39, 81])
    high = note_table(piece="high", onset=[0], duration=6, pitch=78)
    encoded = vectors.encode(pd.concat([DUET, SOLO, beyond, high]), CHORDS, range(-11, 13))
    assert encoded.pieces == ("alone", "beyond", "duet", "high")
    assert encoded.shifts.tolist() == [[-11, 12], [0, 0], [-11, 8], [-11, 2]]
    assert encoded.shifts.dtype == np.int8
    assert not vectors.encode(DUET, CHORDS).shifts.any()
