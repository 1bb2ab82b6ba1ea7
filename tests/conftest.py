"""For every test: hypothesis tries the same examples each time, and never fails a slow machine."""

import pytest
from hypothesis import settings

settings.register_profile("counterpoint", deadline=None, derandomize=True)
settings.load_profile("counterpoint")

# Files of minutes, the longest first: each is one worker's, and begun last it would leave the others idle.
LONG = ("test_pipeline.py", "test_killed.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
