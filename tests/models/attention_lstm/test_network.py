"""The network: one pass, one step and one window a target are the same function."""

import numpy as np
import pytest
import tensorflow as tf

from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.models.attention_lstm import network as networks
from counterpoint.models.attention_lstm.network import Architecture, Network
from tests.models.attention_lstm.small import CHORDS, VOCABULARY, network


@pytest.fixture
def symbols():
    random = np.random.default_rng(3)
    return random.integers(1, 10, (4, 20)).astype(np.int32), random.integers(1, 7, (4, 20)).astype(np.int32)


@pytest.mark.parametrize("attention", ["beside_state", "printed"])
def test_all_prefixes_in_one_pass_equal_the_window_on_each_prefix(attention, symbols):
    net, (notes, durations) = network(attention), symbols
    features, _ = net.advance(notes, durations, net.start(4))
    for length in (1, 2, 3, 11, 20):
        window = np.zeros((2, 4, 20), np.int32)  # PAD on the right
        window[:, :, :length] = notes[:, :length], durations[:, :length]
        np.testing.assert_allclose(features[:, length - 1], net.windowed(*window), atol=1e-5)


def test_attention_is_the_softmax_weighted_mean_computed_by_hand(symbols):
    net, (notes, durations) = network("printed"), symbols
    hidden = tf.concat([net.note_embedding(notes), net.duration_embedding(durations)], -1)
    for layer in net.recurrent:
        hidden, _, _ = layer(hidden)
    kernel, bias = (w.numpy().astype(np.float64) for w in net.score.weights)
    hidden = np.array(hidden, np.float64)
    scores = np.tanh(hidden @ kernel + bias)[..., 0]
    features, _ = net.advance(notes, durations, net.start(4))
    for last in (0, 7, 19):
        weight = np.exp(scores[:, : last + 1]) / np.exp(scores[:, : last + 1]).sum(1, keepdims=True)
        np.testing.assert_allclose(features[:, last], (weight[..., None] * hidden[:, : last + 1]).sum(1), atol=1e-5)


@pytest.mark.parametrize("vocabulary", [VOCABULARY, CHORDS], ids=["plain", "composed"])
@pytest.mark.parametrize("attention", ["beside_state", "printed"])
def test_steps_equal_one_pass_and_carry_the_same_state(attention, vocabulary, symbols):
    net, (notes, durations) = network(attention, vocabulary=vocabulary), symbols
    whole, after = net.advance(notes, durations, net.start(4))
    state = net.start(4)
    for place in range(20):
        features, state = net.step(net.stepping(), notes[:, place], durations[:, place], state)
        np.testing.assert_allclose(features, whole[:, place], atol=1e-5)
        once, anew = net.note_logits(features, net.stepping()), net.note_logits(features)
        np.testing.assert_allclose(once, anew, atol=1e-5)
    for stepped, passed in zip(tf.nest.flatten(state), tf.nest.flatten(after), strict=True):
        np.testing.assert_allclose(stepped, passed, atol=1e-4)


def test_a_sequence_may_be_read_in_pieces(symbols):
    net, (notes, durations) = network(), symbols
    whole, _ = net.advance(notes, durations, net.start(4))
    first, state = net.advance(notes[:, :13], durations[:, :13], net.start(4))
    second, _ = net.advance(notes[:, 13:], durations[:, 13:], state)
    np.testing.assert_allclose(tf.concat([first, second], 1), whole, atol=1e-5)


def test_nothing_after_an_event_changes_what_was_said_before_it(symbols):
    net, (notes, durations) = network(), symbols
    later = notes.copy()
    later[:, 10:] = 0
    for before, after in zip(net((notes, durations)), net((later, durations)), strict=True):
        np.testing.assert_array_equal(before[:, :9], after[:, :9])


def test_dropout_is_decided_by_the_seed_alone(symbols):
    net = network()
    kept, again, other = (net(symbols, seed=np.array([4, step], np.int32))[0] for step in (1, 1, 2))
    np.testing.assert_array_equal(kept, again)
    assert not np.allclose(kept, other)
    assert not np.allclose(kept, net(symbols)[0])


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_is_near_and_its_logits_are_float32(precision, symbols):
    exact, half = network()(symbols)[0], network(precision=precision)(symbols)[0]
    assert half.dtype == tf.float32
    assert 0 < np.abs(exact - half).max() < 1.0


@pytest.mark.parametrize("vocabulary", [VOCABULARY, CHORDS], ids=["plain", "composed"])
def test_saved_and_loaded_it_is_the_same_in_the_same_bytes(tmp_path, symbols, vocabulary):
    net = network("printed", vocabulary=vocabulary)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        networks.save(net, tmp_path / name)
    for file in ("network.json", "model.weights.h5"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    loaded = networks.load(tmp_path / "one", vocabulary.pitch_sets)
    assert loaded.architecture == net.architecture
    for before, after in zip(net(symbols), loaded(symbols), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    "change",
    [("units", "width"), ('"units": 7', '"units": 0'), ('"printed"', '"none"'), ('"composed"', '"odd"'), ("{", "")],
)
def test_an_impossible_network_json_is_refused(change):
    text = Architecture(9, 8, 5, 7, 2, "printed", "composed", 0.1).to_json()
    assert Architecture.from_json(text).units == 7
    with pytest.raises(ValueError, match=r"network\.json"):
        Architecture.from_json(text.replace(*change, 1))


def test_the_layers_are_the_published_ones():
    net = Network(
        Architecture(41, 19, 100, 256, 2, "printed", "plain", 0.0), from_pitches([(pitch,) for pitch in range(50, 87)])
    )
    embeddings, recurrent = 100 * (41 + 19), 4 * 256 * (200 + 256 + 1) + 4 * 256 * (256 + 256 + 1)
    assert net.count_params() == embeddings + recurrent + 257 + 257 * (41 + 19)


def test_sets_of_another_vocabulary_are_refused():
    with pytest.raises(ValueError, match="10 note symbols, the vocabulary 9: they are not of one model"):
        Network(network().architecture, VOCABULARY.pitch_sets[1:])
