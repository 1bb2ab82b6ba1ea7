"""Nats an event, against the logits of each piece alone."""

import numpy as np
import pytest

from counterpoint.encodings.events import END, Tokens
from counterpoint.models.attention_lstm import likelihood
from counterpoint.models.attention_lstm.likelihood import nats
from tests.models.attention_lstm.small import network, tokens


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


def test_the_two_streams_are_one_distribution():
    """Summed over every pair of symbols, the probability of the next event is one, END taking all durations at once."""
    net = network()
    total = 0.0
    for note in range(net.architecture.note_size):
        for duration in range(net.architecture.duration_size) if note != END else [END]:
            stream = Tokens(
                ("x",), np.array([0, 3]), np.array([1, 5, note], np.int32), np.array([1, 4, duration], np.int32)
            )
            if note == 0:  # PAD is no target: its share comes from the logits
                continue
            found = nats(net, stream)
            total += np.exp(-found.note_nats[1] - found.duration_nats[1])
    logits = np.array(net((np.array([[1, 5, 5]]), np.array([[1, 4, 4]])))[0], np.float64)[0, 1]
    assert total == pytest.approx(1 - np.exp(logits[0]) / np.exp(logits).sum(), abs=1e-5)
