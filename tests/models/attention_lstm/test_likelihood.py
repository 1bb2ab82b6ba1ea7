"""Nats an event, against the logits of each piece alone."""

import numpy as np
import pytest

from counterpoint.encodings.events import END, Tokens
from counterpoint.models.attention_lstm import likelihood
from counterpoint.models.attention_lstm.likelihood import nats
from tests.models.attention_lstm.small import CHORDS, VOCABULARY, network, tokens


def _by_hand(net, stream):
    """Per event: -log softmax of the right symbol, piece by piece."""
    rows = []
    for start, stop in zip(stream.offsets[:-1], stream.offsets[1:], strict=True):
        notes, durations = stream.notes[None, start:stop], stream.durations[None, start:stop]
        note, duration = (np.array(logits, np.float64)[0] for logits in net((notes, durations)))
        for place, (n, d) in enumerate(zip(notes[0, 1:], durations[0, 1:], strict=True)):
            cost = [np.log(np.exp(x[place]).sum()) - x[place, right] for x, right in ((note, n), (duration, d))]
            rows.append((cost[0], 0.0 if n == END else cost[1], note[place].argmax() == n))
    return np.array(rows)


def test_every_event_costs_what_its_piece_alone_says():
    net, stream = network(), tokens((9, 3, 30, 1))
    found, wanted = nats(net, stream), _by_hand(net, stream)
    np.testing.assert_allclose(found.note_nats, wanted[:, 0], atol=1e-4)
    np.testing.assert_allclose(found.duration_nats, wanted[:, 1], atol=1e-4)
    np.testing.assert_array_equal(found.note_correct, wanted[:, 2].astype(bool))
    ends = stream.notes[stream.notes != 1] == END
    assert ends.sum() == 4 and (found.duration_nats[ends] == 0).all() and found.duration_correct[ends].all()
    assert (found.duration_nats[~ends] > 0).all()


def test_a_piece_longer_than_a_pass_goes_on_with_its_state(monkeypatch):
    net, stream = network(), tokens((50, 7, 20))
    whole = nats(net, stream)
    monkeypatch.setattr(likelihood, "CHUNK", 8)
    monkeypatch.setattr(likelihood, "ROWS", 2)
    for one, other in zip(whole[:2], nats(net, stream)[:2], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("vocabulary", [VOCABULARY, CHORDS], ids=["plain", "composed"])
def test_the_two_streams_are_one_distribution(vocabulary):
    """Summed over every pair of symbols, the probability of the next event is one, END taking all durations at once."""
    net = network(vocabulary=vocabulary)
    sizes = net.architecture.note_size, net.architecture.duration_size
    pairs = [(note, duration) for note in range(1, sizes[0]) for duration in range(sizes[1]) if note != END]
    pairs.append((END, END))
    notes, durations = (np.array([[1, 5 - stream, pair[stream]] for pair in pairs]) for stream in (0, 1))
    stream = Tokens(
        tuple(map(str, pairs)),
        3 * np.arange(len(pairs) + 1),
        notes.ravel().astype(np.int32),
        durations.ravel().astype(np.int32),
    )
    found = nats(net, stream)
    last = np.exp(-found.note_nats - found.duration_nats).reshape(-1, 2)[:, 1]
    logits = net((np.array([[1, 5, 5]]), np.array([[1, 4, 4]])))[0].numpy()[0, 1].astype(np.float64)
    padding = np.exp(logits[0]) / np.exp(logits).sum()  # PAD is no target
    assert last.sum() == pytest.approx(1 - padding, abs=1e-5)
