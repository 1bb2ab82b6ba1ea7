"""Which version a person means."""

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.versions import Version

_SHORTEST_DIGEST = 6


def resolve(spec: str, among: list[Version]) -> Version:
    """The version that `spec` names.

    spec: an alias (champion, challenger), a version number, a generator (its newest model), a run name, the first
        six or more characters of a digest; or NAME@VERSION, where VERSION is a version number that must be NAME's.
        `champion@VERSION` is that version, of whichever generator the champion is.
    among: what there is, oldest first.
    Raises RegistryError listing what exists.
    """
    name, at, number = spec.partition("@")
    if not at:
        return _one(name, among)
    named = [v for v in among if name in v.aliases]
    generator = named[0].generator if named else name
    for version in among:
        if version.number == number and version.generator == generator:
            return version
    raise _nothing(spec, among)


def _one(name: str, among: list[Version]) -> Version:
    for matches in (
        [v for v in among if name in v.aliases],
        [v for v in among if v.number == name],
        [v for v in among if v.generator == name],
        [v for v in among if v.run_name == name],
    ):
        if matches:
            return matches[-1]
    by_digest = [v for v in among if len(name) >= _SHORTEST_DIGEST and v.digest.startswith(name)]
    if len(by_digest) == 1:
        return by_digest[0]
    raise _nothing(name, among)


def _nothing(spec: str, among: list[Version]) -> RegistryError:
    if not among:
        return RegistryError(f"{spec!r} names no version: the registry is empty; `dvc repro` registers what it trains")
    lines = [f"  {v.number}  {v.generator}  {v.run_name}  {' '.join(v.aliases)}".rstrip() for v in among]
    return RegistryError("\n".join([f"{spec!r} names no version; there are", *lines]))
