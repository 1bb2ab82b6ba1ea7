"""What a field of a request may hold, and that it does not: the service and the command line say it alike."""

from collections.abc import Mapping
from typing import Any


def refusal(name: str, got: str, allowed: str) -> str:
    """The sentence on a value that is not allowed."""
    return f"{name}: got {got}, allowed: {allowed}"


def allowed(declared: Mapping[str, Any]) -> str:
    """What a number may be, in words, from its JSON schema: `type`, and the ends of its range. Null is not said."""
    choices = declared.get("anyOf", [declared])
    return " or ".join(_range(choice) for choice in choices if choice["type"] != "null")


def _range(schema: Mapping[str, Any]) -> str:
    noun = {"integer": "a whole number", "number": "a number"}[schema["type"]]
    high = f"{schema['maximum']:.0f}" if "maximum" in schema else f"{schema['exclusiveMaximum'] - 1:.0f}"
    if "exclusiveMinimum" in schema:
        return f"{noun} above {schema['exclusiveMinimum']:g} and at most {high}"
    return f"{noun} from {schema['minimum']:g} to {high}"
