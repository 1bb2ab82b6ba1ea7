"""What each composition hears of the noise and of the given track."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generators import Generator, Noise, noise_shapes, scaled, told_shapes
from tests.models.musegan.games import noise, phrases, spread


def sizes(**changes: object) -> Architecture:
    settings = {"tracks": 3, "bars": 3, "steps": 8, "voices": False, "noise": 5, "width": 0.03, "embedding": 6}
    return Architecture(**(settings | changes))


def generator(shape: Architecture) -> Generator:
    made = Generator(shape)
    made.make()
    spread(made, seed=21)
    return made


def changed(before: tf.Tensor, after: tf.Tensor) -> np.ndarray:
    """bool (tracks, bars): where the second phrases differ from the first."""
    return np.abs(np.asarray(before) - np.asarray(after)).max(axis=(0, 3, 4)) > 1e-4


def redrawn(drawn: Noise, part: str, stream: int) -> Noise:
    values = getattr(drawn, part).numpy()
    values[:, stream] += 1.0
    return drawn._replace(**{part: tf.constant(values)})


@pytest.mark.parametrize(
    ("composition", "conductor", "join", "streams", "inputs"),
    [
        ("hybrid", False, "concatenate", (1, 1, 3, 3), 20),
        ("hybrid", True, "concatenate", (1, 1, 3, 3), 20),
        ("hybrid", False, "sum", (1, 1, 3, 3), 5),
        ("composer", False, "concatenate", (1, 1, 0, 0), 20),
        ("jamming", False, "concatenate", (0, 0, 3, 3), 20),
        ("jamming", False, "sum", (0, 0, 3, 3), 10),
    ],
)
def test_each_stream_of_noise_reaches_its_tracks(composition, conductor, join, streams, inputs):
    shape = sizes(composition=composition, conductor=conductor, join=join)
    parts = noise_shapes(shape)
    assert tuple(count for count, _ in parts) == streams
    assert sum(size for count, size in parts if count) == shape.total_noise == 20
    made, drawn = generator(shape), noise(shape, 2, seed=22)
    generators = 1 if composition == "composer" else 3
    assert [net.inputs[0].shape for net in made.bars] == [(None, inputs)] * generators
    assert (len(made.temporal_shared), len(made.temporal_own)) == (streams[0], streams[2])
    before = made(drawn)
    assert before.shape == (2, 3, 3, 8, PITCHES)
    for part, count in zip(Noise._fields, streams, strict=True):
        for stream in range(count):
            moved = changed(before, made(redrawn(drawn, part, stream))).any(axis=1)
            heard_by = [part.startswith("shared") or track == stream for track in range(3)]
            assert moved.tolist() == heard_by, (part, stream)


def test_joined_vectors_stand_in_this_order_and_bars_share_the_fixed_ones():
    shape = sizes()
    made, drawn = generator(shape), noise(shape, 2, seed=23)
    heard: list[np.ndarray] = []
    made.bars[1] = _Listening(made.bars[1], heard)
    made(drawn)
    varying, own = made.temporal_shared[0](drawn.shared_varying[:, 0]), made.temporal_own[1](drawn.own_varying[:, 1])
    for bar in range(3):
        expected = [varying[:, bar], drawn.shared_fixed[:, 0], own[:, bar], drawn.own_fixed[:, 1]]
        np.testing.assert_allclose(heard[0].reshape(2, 3, 20)[:, bar], np.concatenate(expected, -1), atol=1e-6)
    assert np.abs(np.diff(varying, axis=1)).max() > 0.1  # one vector a bar


class _Listening:
    """A network, of whose inputs one, or a slice, is kept at every call."""

    def __init__(self, network, heard, kept=0):
        self.network, self.heard, self.kept = network, heard, kept

    def __call__(self, inputs, training):
        kept = inputs[self.kept]
        self.heard.append([one.numpy() for one in kept] if isinstance(kept, list) else kept.numpy())
        return self.network(inputs, training=training)


def test_with_varying_noise_silenced_all_bars_are_the_same():
    shape = sizes(bars=4)
    made, drawn = generator(shape), noise(shape, 2, seed=24)
    for network in (*made.temporal_shared, *made.temporal_own):
        network.layers[-2].gamma.assign(tf.zeros(5))
        network.layers[-2].beta.assign(tf.zeros(5))
    rolls = made(drawn).numpy()
    np.testing.assert_allclose(rolls, rolls[:, :, :1].repeat(4, axis=2), atol=1e-5)
    assert np.abs(rolls[0] - rolls[1]).max() > 0.1


def test_a_track_s_width_is_its_generator_s_alone():
    plain, wider = Generator(sizes()), Generator(sizes(track_widths={1: 0.06}))
    counts = [[net.count_params() for net in made.bars] for made in (plain, wider)]
    assert counts[1][0] == counts[0][0] and counts[1][2] == counts[0][2]
    assert counts[1][1] > 1.5 * counts[0][1]


def test_the_conductor_tells_all_one_plan_of_each_bar_and_knows_no_track_s_own_noise():
    shape = sizes(conductor=True)
    made, drawn = generator(shape), noise(shape, 2, seed=35)
    heard: list[list[np.ndarray]] = [[], []]
    for place, at in enumerate((0, 2)):
        made.bars[at] = _Listening(made.bars[at], heard[place], slice(1, None))
    made(drawn)
    made(redrawn(drawn, "own_varying", 1))
    made(redrawn(drawn, "shared_varying", 0))
    for plans in zip(*heard, strict=True):
        for one, other in zip(*plans, strict=True):
            np.testing.assert_array_equal(one, other)
    first, own_redrawn, redrawn_plan = heard[0]
    assert [plan.shape for plan in first] == [(6, *shape) for shape in told_shapes(shape)]
    assert all(np.array_equal(one, other) for one, other in zip(first, own_redrawn, strict=True))
    assert not any(np.allclose(one, other) for one, other in zip(first, redrawn_plan, strict=True))


@pytest.mark.parametrize(
    ("composition", "conductor", "given"),
    [
        ("hybrid", False, 0),
        ("hybrid", False, 1),
        ("hybrid", True, 2),
        ("composer", False, 1),
        ("jamming", False, 2),
    ],
)
def test_what_is_given_is_heard_by_every_generator_bar_by_bar(composition, conductor, given):
    shape = sizes(composition=composition, conductor=conductor, given=given)
    made, drawn = generator(shape), noise(shape, 2, seed=25)
    track = phrases(shape, 2, seed=26)[:, given].numpy()
    before = made(drawn, given=track)
    assert before.shape == (2, 2, 3, 8, PITCHES)
    other = track.copy()
    other[:, 1] = -other[:, 1]
    np.testing.assert_array_equal(changed(before, made(drawn, given=other)), [[False, True, False]] * 2)


def test_bar_generators_hear_the_embedding_after_the_noise():
    made = Generator(sizes(given=1))
    assert {net.input_shape[0] for net in made.bars} == {(None, 20 + 6)}
    assert made.encoder.output_shape[0] == (None, 6)


def test_each_layer_hears_what_is_given_as_finely_in_time_as_it_writes():
    shape = sizes(given=1, steps=24)
    made = Generator(shape)
    finer = [(3, 8), (6, 8), (12, 8), (24, 8)]  # places, and a quarter of the published widths, of 0.03 of 1024
    assert told_shapes(shape) == finer
    for told in (made.encoder.output_shape[1:], *(net.input_shape[1:] for net in made.bars)):
        assert [tuple(of[1:]) for of in told] == finer


def test_a_step_that_is_given_is_heard_at_once_in_its_step():
    shape = sizes(given=0, steps=16, bars=2)
    made, drawn = generator(shape), noise(shape, 1, seed=31)
    for net in made.bars:  # deaf to all but the finest
        deafen(net, told_shapes(shape))
    track = phrases(shape, 1, seed=32)[:, 0].numpy()
    other = track.copy()
    other[:, 1, 5] = -other[:, 1, 5]
    apart = np.abs(made(drawn, given=track) - made(drawn, given=other)).max(axis=(0, 1, 4))  # (bars, steps)
    assert np.argwhere(apart > 1e-5).tolist() == [[1, 5]]


def deafen(net: keras.Model, told: list[tuple[int, int]]) -> None:
    """Silences in `net` what it is told, but for the finest: the rows of kernels that meet it, and the embedding."""
    kernels = [weight for weight in net.trainable_variables if "kernel" in weight.path]
    dense, *doubling = kernels[:-2]
    dense.assign(np.concatenate([dense[:-6], np.zeros_like(dense[-6:])]))
    for kernel, (_, numbers) in zip(doubling, told, strict=False):
        kernel.assign(np.concatenate([kernel[:-numbers], np.zeros_like(kernel[-numbers:])]))


def test_nothing_is_generated_beyond_a_track_s_range():
    for voices in (True, False):
        shape = sizes(voices=voices, given=1, ranges=((3, 9), (0, 81), (70, 70)))
        made, drawn = generator(shape), noise(shape, 2, seed=33)
        rolls = made(drawn, given=phrases(shape, 2, seed=34)[:, 1]).numpy()
        sounding = (rolls > -1).any(axis=(0, 2, 3))  # (tracks, PITCHES)
        assert np.flatnonzero(sounding[0][:REST]).tolist() == [*range(3, 10)]
        assert np.flatnonzero(sounding[1][:REST]).tolist() == [70]
        assert sounding[:, REST:].all()


def test_any_multiple_of_eight_steps_is_written():
    shape = sizes(steps=24, bars=2)
    assert generator(shape)(noise(shape, 2, seed=1)).shape == (2, 3, 2, 24, PITCHES)


def test_a_voice_has_one_softmax_over_pitches_and_rest_and_a_tanh_for_again():
    logits = np.random.default_rng(27).normal(0, 2, (3, 4, PITCHES))
    voice = scaled(tf.constant(logits), True).numpy()
    shares = np.exp(logits[..., :AGAIN]) / np.exp(logits[..., :AGAIN]).sum(-1, keepdims=True)
    np.testing.assert_allclose(voice[..., :AGAIN], 2 * shares - 1, atol=1e-12)
    np.testing.assert_allclose(voice[..., AGAIN:], np.tanh(logits[..., AGAIN:]), atol=1e-12)
    np.testing.assert_allclose(scaled(tf.constant(logits), False), np.tanh(logits), atol=1e-12)


def test_output_of_voices_is_within_bounds_and_each_step_sums_to_one():
    shape = sizes(voices=True)
    rolls = generator(shape)(noise(shape, 2, seed=28)).numpy()
    np.testing.assert_allclose(((rolls[..., :AGAIN] + 1) / 2).sum(-1), 1, atol=1e-5)
    assert np.abs(rolls).max() <= 1


def test_saved_and_loaded_it_writes_the_same(tmp_path):
    shape = sizes(given=0)
    made, again = generator(shape), Generator(shape)
    made.save_weights(tmp_path / "one.weights.h5")
    again.make()
    again.load_weights(tmp_path / "one.weights.h5")
    drawn, track = noise(shape, 2, seed=29), phrases(shape, 2, seed=30)[:, 0]
    np.testing.assert_array_equal(made(drawn, given=track), again(drawn, given=track))
