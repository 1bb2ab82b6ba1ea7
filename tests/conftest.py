"""For every test: hypothesis tries the same examples each time, and never fails a slow machine."""

from hypothesis import settings

settings.register_profile("counterpoint", deadline=None, derandomize=True)
settings.load_profile("counterpoint")
