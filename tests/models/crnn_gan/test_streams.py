"""What the discriminator is told of chosen tones, by hand."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan.heads import Chosen
from counterpoint.models.crnn_gan.streams import Streams
from tests.models.crnn_gan.small import CHORDS, MELODY, choices, normal

NUMBERS = 4 + (3 + 5 + 4) + 12 + 12 + 16  # intensity has one choice


def scaled(scale, *tones) -> np.ndarray:
    """Tones as one window, a tone a step."""
    return scale.scaled(np.array(tones))[None]


def told(windows: np.ndarray) -> dict[str, np.ndarray]:
    """What the tones of one window, (tones, numbers), are told as, by name."""
    sizes = {"four": 4, "length": 3, "pitch": 5, "gap": 4, "chroma": 12, "risen": 12, "place": 16}
    ends = np.cumsum([*sizes.values()])
    return dict(zip(sizes, np.split(windows, ends[:-1], axis=-1), strict=True))


def test_a_c_and_a_g_a_beat_later():
    head = Chosen(choices(), 1)
    streams = Streams(head, MELODY)
    window = scaled(MELODY, (12, 60, 80, 0), (48, 67, 80, 24), (6, 55, 80, 72))
    found = streams(head.made_of(tf.constant(window)))
    assert found.shape == (1, 3, streams.numbers) and streams.numbers == NUMBERS
    of = told(found[0].numpy())
    np.testing.assert_array_equal(of["four"], window[0])
    for name, expected in {"length": [1, 2, 0], "pitch": [1, 2, 0], "gap": [0, 2, 3], "chroma": [0, 7, 7]}.items():
        assert of[name].argmax(axis=1).tolist() == expected, name
    assert of["place"].argmax(axis=1).tolist() == [0, 4, 0]  # grid steps of a bar of sixteen
    assert not of["risen"][0].any() and of["risen"][1:].argmax(axis=1).tolist() == [7, 0]
    one_hot = [of[name] for name in ("length", "pitch", "gap", "chroma", "place")] + [of["risen"][1:]]
    for part in one_hot:
        assert set(np.unique(part)) <= {0.0, 1.0} and (part.sum(axis=1) == 1).all()


def test_the_first_gap_is_a_place_in_the_bar():
    head = Chosen(choices(), 1)
    window = scaled(MELODY, (6, 60, 80, 72), (6, 55, 80, 6), (6, 79, 80, 24), (6, 60, 80, 0))
    of = told(Streams(head, MELODY)(head.made_of(tf.constant(window)))[0].numpy())
    assert of["place"].argmax(axis=1).tolist() == [12, 13, 1, 2]  # nothing is no gap in a melody
    assert of["risen"][1:].argmax(axis=1).tolist() == [7, 0, 5]


def test_several_tones_a_step_are_told_one_after_another():
    one, two = Chosen(choices(CHORDS), 1), Chosen(choices(CHORDS), 2)
    window = scaled(CHORDS, (12, 60, 80, 6), (48, 67, 80, 0), (6, 55, 80, 72), (6, 71, 80, 24))
    by_one = Streams(one, CHORDS)(one.made_of(tf.constant(window)))
    by_two = Streams(two, CHORDS)(two.made_of(tf.constant(window.reshape(1, 2, 8))))
    assert by_two.shape == (1, 2, 2 * NUMBERS)
    np.testing.assert_array_equal(by_two.numpy().reshape(4, NUMBERS), by_one[0])
    assert told(by_one[0].numpy())["place"].argmax(axis=1).tolist() == [1, 1, 13, 1]


def test_shares_are_told_as_shares():
    """What is soft in a tone is soft in what is told; places of the gaps go round the bar."""
    head = Chosen(choices(), 1)
    shares = head.made_of(tf.constant(scaled(MELODY, (12, 60, 80, 24), (12, 60, 80, 72)))).numpy()
    apart = shares.reshape(2, 4, 5)
    apart[1, 1], apart[1, 3] = [0.1, 0.2, 0.4, 0.0, 0.3], [0.3, 0.0, 0.1, 0.6, 0.0]
    of = told(Streams(head, MELODY)(tf.constant(shares))[0].numpy())
    np.testing.assert_allclose(of["chroma"][1, [0, 7]], [0.2, 0.8], atol=1e-6)  # 55, 67 and 79 are all G
    np.testing.assert_allclose(of["risen"][1, [0, 7]], [0.2, 0.8], atol=1e-6)
    np.testing.assert_allclose(of["place"][1, [5, 8, 0]], [0.3, 0.1, 0.6], atol=1e-6)
    assert of["place"].sum() == pytest.approx(2)


def test_slopes_reach_all_choices_where_there_is_one():
    head = Chosen(choices(), 1)
    made = head.make(normal(2, 3, head.width, seed=5), normal(2, 3, head.width, seed=6))[0]
    streams = Streams(head, MELODY)
    with tf.GradientTape() as tape:
        tape.watch(made)
        loss = tf.reduce_sum(streams(made) * normal(2, 3, streams.numbers, seed=7))
    slopes = tape.gradient(loss, made).numpy().reshape(2, 3, 4, 5)
    for feature, values in enumerate(choices()):
        if len(values) > 1:
            assert (np.abs(slopes[:, :, feature, : len(values)]) > 1e-6).all(), feature


def test_a_bar_is_four_quarters_of_any_grid():
    for grid, steps in ((2, 48), (24, 4), (96, 1), (36, 8)):
        coarse = replace(MELODY, grid_ticks=grid, low=(288, 55, 60, 0), high=(576, 79, 100, 288))
        assert Streams(Chosen(choices(coarse), 1), coarse).bar_steps == steps
