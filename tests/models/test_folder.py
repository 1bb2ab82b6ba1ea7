"""What a model folder says of its model, beside its manifest."""

import json

import pytest

from counterpoint.models.folder import given_track


@pytest.mark.parametrize("network", [{"given": 2}, {"given": 0}, {"given": None}, {"layers": 2}])
def test_the_given_track_is_what_the_network_says(tmp_path, network):
    (tmp_path / "network.json").write_text(json.dumps(network))
    assert given_track(tmp_path) == network.get("given")


def test_a_model_without_a_network_is_given_nothing(tmp_path):
    assert given_track(tmp_path) is None
