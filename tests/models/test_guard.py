"""When a run is given up, and the figures that all guards share."""

import numpy as np
import pytest

from counterpoint.evaluation.distance import Distance
from counterpoint.models.guard import Collapse, far, mean_known


def _row(diversity: float, empty: float = 0.0) -> dict[str, float]:
    return {"diversity": diversity, "empty_bars": empty}


def test_a_run_ends_after_three_checks_in_a_row():
    over = Collapse(0.3, "less haste")
    assert not over([_row(0.1), _row(0.1)])
    assert "collapsed" in over([_row(0.9), _row(0.1), _row(0.29), _row(0.2)])
    assert not over([_row(0.1), _row(0.1), _row(0.3)])  # it has come back
    assert "less haste may help" in over([_row(0.1)] * 3)
    assert "collapsed" in over([{"diversity": 0.1}] * 3)  # of a model that has no bars
    assert "silent" in over([_row(float("nan"), 0.99)] * 3)


def test_what_is_said_of_a_collapse_is_no_nan():
    over, nothing = Collapse(0.3, "less haste"), _row(float("nan"))
    assert over([nothing, nothing, _row(0.12)]).startswith("its pieces have differed 0.12 times as much as real ones")
    said = over([_row(0.12), nothing, nothing])
    assert said == "it wrote nothing that can be compared with real music: it collapsed; less haste may help"


def test_what_has_no_distance_is_as_far_as_can_be():
    of = [Distance(value, 0.0, 0.0, {}, 1.0) for value in (0.25, float("nan"))]
    assert [far(distance) for distance in of] == [0.25, 1.0]


def test_a_mean_is_of_what_is_known():
    assert mean_known(np.array([1.0, np.nan, 4.0])) == pytest.approx(2.5)
    assert np.isnan(mean_known(np.array([np.nan])))
