"""The two records of the choice, which live in git: reports/champion.json and reports/challenger.json.

They hold digests and names made of digests, never a store's own numbers or a time, so that equal choices are equal
bytes wherever they were made.
"""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from counterpoint.params import Select
from counterpoint.registry.errors import RegistryError


@dataclass(frozen=True)
class Choice:
    """A model one can choose."""

    generator: str
    texture: str
    digest: str  # of the model folder's manifest
    lineage: str  # digest of the data, code and parameters it was made from
    run_name: str
    metric: float | None  # `select.metric`, None where it was not measured

    def same_as(self, other: "Choice | Written") -> bool:
        """Equal bytes, or made from equal inputs: another processor gives other bytes for the same choice."""
        return self.digest == other.digest or self.lineage == other.lineage


@dataclass(frozen=True)
class Written:
    """What a store last wrote as champion."""

    digest: str
    lineage: str


@dataclass(frozen=True)
class Rule:
    """The rule a challenger was weighed by."""

    metric: str
    direction: str
    promote: str

    @classmethod
    def of(cls, select: Select) -> "Rule":
        return cls(select.metric, select.direction, select.promote)


@dataclass(frozen=True)
class Challenger:
    """The challenger, or that there is none, and the rule by which it did not become champion."""

    choice: Choice | None
    rule: Rule


@dataclass(frozen=True)
class Evidence:
    """What was measured of a model."""

    metrics: dict[str, float] = field(default_factory=dict)  # all its figures, finite
    failed: dict[str, str] = field(default_factory=dict)  # failed guard → reason


def champion_text(choice: Choice, metric: str, evidence: Evidence) -> str:
    """The champion's record, as bytes of a file; `metric` names what `choice.metric` is."""
    return _text(_plain(choice, metric) | asdict(evidence))


def challenger_text(challenger: Challenger) -> str:
    """The challenger's record, as bytes of a file."""
    choice = challenger.choice
    return _text(
        {"challenger": choice and _plain(choice, challenger.rule.metric), "rule": asdict(challenger.rule)},
    )


def read_champion(path: Path) -> Choice | None:
    """The champion on record, None where there is no record. Raises RegistryError if it cannot be read."""
    if not path.is_file():
        return None
    return parse_champion(path.read_text(encoding="utf-8"), str(path))


def parse_champion(text: str, name: str) -> Choice:
    """The champion a record's text speaks of. Raises RegistryError naming the record."""
    try:
        return _choice(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(name, error) from error


def read_evidence(path: Path) -> Evidence:
    """What the champion's record says was measured of it; nothing where there is no record, or an old one.

    Raises RegistryError if it cannot be read.
    """
    if not path.is_file():
        return Evidence()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        metrics = {name: float(value) for name, value in content.get("metrics", {}).items()}
        return Evidence(metrics, {guard: str(reason) for guard, reason in content.get("failed", {}).items()})
    except (ValueError, AttributeError, TypeError) as error:
        raise _unreadable(str(path), error) from error


def read_challenger(path: Path) -> Challenger | None:
    """The challenger on record, None where there is no record. Raises RegistryError if it cannot be read."""
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        choice = content["challenger"]
        return Challenger(None if choice is None else _choice(choice), Rule(**content["rule"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(str(path), error) from error


def write(path: Path, text: str) -> None:
    """Write `text` whole or not at all; a file that already says so is left alone."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _plain(choice: Choice, metric: str) -> dict[str, Any]:
    return asdict(choice) | {"metric": {"name": metric, "value": choice.metric}}


def _choice(content: dict[str, Any]) -> Choice:
    value = content["metric"]["value"]
    evidence = {each.name for each in fields(Evidence)}
    plain = {name: entry for name, entry in content.items() if name not in evidence}
    return Choice(**(plain | {"metric": None if value is None else float(value)}))


def _text(content: object) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _unreadable(name: str, error: Exception) -> RegistryError:
    return RegistryError(
        f"{name} is no record of a choice ({type(error).__name__}: {error}): after a merge keep one side of it, "
        "or take a committed one back with `git checkout`"
    )
