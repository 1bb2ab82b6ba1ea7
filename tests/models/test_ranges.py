"""What a field may hold, in words."""

import pytest

from counterpoint.models.generator import Sampling
from counterpoint.models.ranges import allowed, refusal

WORDS = {
    "count": "a whole number from 1 to 64",
    "top_p": "a number above 0 and at most 1",
    "duration_temperature": "a number from 0 to 5",
    "seed": "a whole number from 0 to 2147483647",
}


@pytest.mark.parametrize(("field", "words"), WORDS.items())
def test_a_range_reads_as_it_is_declared(field, words):
    assert allowed(Sampling.model_json_schema()["properties"][field]) == words


def test_a_refusal_says_what_came_and_what_may_come():
    assert refusal("--steps", "1", allowed({"type": "integer", "minimum": 2, "maximum": 64})) == (
        "--steps: got 1, allowed: a whole number from 2 to 64"
    )
