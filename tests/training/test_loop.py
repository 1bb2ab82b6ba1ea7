"""The loop over epochs, on a model of one number."""

import sys

import keras
import pytest

from counterpoint.training import loop
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.loop import Schedule
from counterpoint.training.stopping import Patience

NAN = float("nan")
NATS = [5.0, 3.0, 4.0, 3.5, 2.0]  # validation, epoch by epoch


class _Killed(Exception):
    pass


def _run(place, *, epochs=5, patience=2, killed_in=None, unit="epoch", over=lambda history: ""):
    """A training whose weight is the epoch's number and whose momentum sums them up."""
    weight, momentum = keras.Variable(0.0), keras.Variable(100.0)
    seen = {"logged": [], "heard": [], "trained": []}

    def epoch(number):
        if number == killed_in:
            raise _Killed
        seen["trained"].append(number)
        weight.assign(float(number))
        momentum.assign(momentum.numpy() + number)
        return {"iteration": 12_345 * number, "validation": NATS[number - 1], "momentum": float(momentum.numpy())}

    history = loop.run(
        Schedule(epochs, patience, "validation", unit),
        weights=[weight],
        carried=[momentum],
        epoch=epoch,
        kept=Checkpoint.at(place, "key"),
        log=lambda number, row: seen["logged"].append((number, row["validation"])),
        listen=lambda number: seen["heard"].append((number, float(weight.numpy()))),
        over=over,
    )
    return float(weight.numpy()), float(momentum.numpy()), history, seen


def test_it_stops_after_patience_and_leaves_the_best_weights(tmp_path):
    weight, momentum, history, seen = _run(tmp_path)
    assert seen["trained"] == [1, 2, 3, 4]  # 3 and 4 were no better than 2
    assert (weight, momentum) == (2.0, 110.0)
    assert history["epoch"].tolist() == [1, 2, 3, 4] and history["validation"].tolist() == NATS[:4]
    assert seen["logged"] == list(enumerate(NATS[:4], start=1))
    assert seen["heard"] == [(number, number) for number in (1, 2, 3, 4)]  # each with its own weights, not the best


def test_with_more_patience_it_sees_the_last_epoch(tmp_path):
    weight, _, history, _ = _run(tmp_path, patience=3)
    assert weight == 5.0 and len(history) == 5


@pytest.mark.parametrize("killed_in", [1, 2, 3, 4])
def test_killed_in_any_epoch_the_rerun_ends_like_an_unbroken_one(tmp_path, killed_in):
    with pytest.raises(_Killed):
        _run(tmp_path / "killed", killed_in=killed_in)
    weight, momentum, history, seen = _run(tmp_path / "killed")
    wanted_weight, wanted_momentum, wanted_history, _ = _run(tmp_path / "whole")
    assert (weight, momentum) == (wanted_weight, wanted_momentum)
    assert history.equals(wanted_history)
    assert seen["trained"] == list(range(killed_in, 5))


def test_finished_but_not_yet_sealed_it_trains_no_more(tmp_path):
    first = _run(tmp_path)
    again = _run(tmp_path)
    assert again[3]["trained"] == [] and again[0] == first[0] and again[2].equals(first[2])


def test_what_it_says_is_of_epochs_or_of_checks(tmp_path, capsys):
    _run(tmp_path / "epochs", epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "epoch 2 of 2: iteration 24690, validation 3, momentum 103, the best so far"
    _run(tmp_path / "checks", epochs=3, unit="check")
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "check 3 of 3: iteration 37035, validation 4, momentum 106"


def test_it_is_over_for_a_reason_and_stays_so_when_killed_before_its_end(tmp_path, capsys):
    asked = []

    def over(history):
        asked.append([row["validation"] for row in history])
        return "it fell silent" if len(history) == 2 else ""

    weight, _, history, _ = _run(tmp_path, unit="check", over=over)
    assert (weight, len(history)) == (2.0, 2) and asked == [[], NATS[:1], NATS[:2]]
    assert capsys.readouterr().out.endswith("training ends after check 2: it fell silent\n")
    again = _run(tmp_path, unit="check", over=over)  # its checkpoint is still there: it was never sealed
    assert again[3]["trained"] == [] and again[2].equals(history)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_diverged_training_is_over(value):
    standing = Patience(1.0, 2, 6).after(7, value)
    assert standing == Patience(1.0, 2, 7, diverged=True) and standing.is_over(99) and not standing.improved


@pytest.mark.parametrize(("nats", "left"), [([5.0, 3.0, NAN, 1.0], 2.0), ([NAN, 1.0], 1.0)])
def test_a_diverged_training_ends_with_its_best_weights_or_with_what_it_has(tmp_path, monkeypatch, capsys, nats, left):
    monkeypatch.setattr(sys.modules[__name__], "NATS", nats)
    weight, _, history, seen = _run(tmp_path)
    assert weight == left and len(history) == len(seen["logged"]) == nats.index(NAN) + 1
    assert [number for number, _ in seen["heard"]] == list(range(1, nats.index(NAN) + 1))  # what diverged is not heard
    assert f"epoch {len(history)}: training diverged; lower its learning rate" in capsys.readouterr().out
    assert _run(tmp_path)[0] == left  # and it does not go on from there


def test_an_equal_value_is_no_better():
    assert Patience(1.5, 2, 3).after(4, 1.5) == Patience(1.5, 2, 4)
