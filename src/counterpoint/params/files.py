"""Parameters as files have them: YAML, changes laid over it, and those as options of `dvc exp run`."""

import math
import re
from pathlib import Path
from typing import Any

import yaml

from counterpoint import paths
from counterpoint.params.section import ParamsError


class _Loader(yaml.SafeLoader):
    """YAML 1.2 floats: PyYAML alone reads 1e-4 as a string."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)|[0-9][0-9_]*\.[0-9_]*|\.[0-9]+(?:[eE][-+]?[0-9]+)?|\.inf|\.nan)$"
    ),
    list("-+0123456789."),
)


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file. Raises ParamsError."""
    if not path.is_file():
        raise ParamsError(f"{path} is missing: stages run in the project's root")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as error:
        raise ParamsError(f"{path} is not YAML: {error}") from error


def overlay(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mapping by mapping; a `source` is one choice and is replaced whole."""
    merged = dict(base)
    for key, value in changes.items():
        deeper = key != "source" and isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = overlay(base[key], value) if deeper else value
    return merged


def options(base: dict[str, Any], changes: dict[str, Any], within: str = "") -> list[str]:
    """What lays `changes` over `base` as `dvc exp run -S` takes it, e.g. "models.musegan.bars=4".

    Lists are one value; a key that `base` lacks is marked as added. Raises ParamsError for a `source`, which -S can
    change key by key but not replace.
    """
    told: list[str] = []
    for key, value in changes.items():
        if key == "source":
            raise ParamsError(f"{within}{key} cannot be replaced by options: write it into {paths.PARAMS}")
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            told += options(base[key], value, f"{within}{key}.")
        else:
            one_line = yaml.safe_dump(value, default_flow_style=True, width=math.inf).partition("\n")[0]
            told.append(f"{'' if key in base else '+'}{within}{key}={one_line}")
    return told
