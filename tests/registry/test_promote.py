import pytest

from counterpoint import paths
from counterpoint.registry import records
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.promote import promote
from counterpoint.registry.register import register
from counterpoint.registry.store import connect
from counterpoint.registry.versions import aliases
from tests.registry.project import write_model


@pytest.fixture
def two(root):
    first = write_model(root, nll=2.5, weight=0.5)
    register(root)
    second = write_model(root, nll=2.25, weight=0.75)
    register(root)
    return first, second


@pytest.mark.parametrize("how", ["number", "run name", "digest", "alias"])
def test_a_person_chooses_and_the_next_register_records_it(root, two, how):
    first, second = two
    spec = {"number": "2", "run name": second.run_name, "digest": second.digest[:12], "alias": "challenger"}[how]
    assert promote(spec, root).digest == second.digest
    assert aliases(connect(root))["champion"] == "2"
    assert records.read_champion(root / paths.CHAMPION).digest == first.digest
    register(root)
    assert records.read_champion(root / paths.CHAMPION).digest == second.digest


def test_what_is_not_there_is_not_promoted(root, two):
    with pytest.raises(RegistryError, match="'musegan' names no version"):
        promote("musegan", root)
    assert aliases(connect(root))["champion"] == "1"
