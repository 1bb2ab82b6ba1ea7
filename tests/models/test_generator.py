"""What may be asked of a generator, and what is refused by name."""

import pytest

from counterpoint.models.generator import Sampling, refuse_beyond

CONTROLS = frozenset({"count", "seed", "bars"})


def test_what_was_set_and_cannot_be_obeyed_is_refused_by_name():
    asked = Sampling(seed=3, length=128, top_p=1.0, bars=5)  # their defaults, but asked for
    with pytest.raises(
        ValueError, match=r"^the parrot does not obey length, top_p: leave it out; it obeys count, bars, seed$"
    ):
        refuse_beyond(CONTROLS, asked, "the parrot")


def test_what_was_left_out_is_not_asked_for():
    refuse_beyond(CONTROLS, Sampling(seed=3, bars=5), "the parrot")
    refuse_beyond(CONTROLS, Sampling(), "the parrot")


def test_a_copy_of_a_request_asks_for_what_was_changed():
    with pytest.raises(ValueError, match="noise_scale"):
        refuse_beyond(CONTROLS, Sampling(seed=3).model_copy(update={"noise_scale": 2.0}), "the parrot")
