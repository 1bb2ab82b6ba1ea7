"""The first question of the report: which generator stands nearest to the held-out music, and how sure is that."""

from collections.abc import Mapping
from typing import Any

from counterpoint.report.contents import Generator, Row, Texture
from counterpoint.report.numbers import interval, known, number


def distance(row: Row) -> Mapping[str, Any]:
    """`{value, low, high}` of a row's distance to the held-out music; empty where there is none."""
    return row.judgement.get("distance_to_real") or {}


def nearest_first(texture: Texture) -> list[Row]:
    """The rows by distance, those without one last; of equal ones in their own order."""
    return sorted(texture.rows, key=lambda row: (not _known(row), distance(row)["value"] if _known(row) else 0))


def answer(texture: Texture, generators: tuple[Generator, ...]) -> str:
    """In words: the nearest generator, whether the next one is told apart from it, and between which references."""
    rows = [row for row in nearest_first(texture) if _known(row)]
    own = [row for row in rows if row.kind == "generator"]
    if not own:
        return "No generator writes in this texture: the rows show what its numbers are worth."
    first, others = own[0], own[1:]
    ends = interval(distance(first))
    said = f"{first.title} stands nearest to the held-out music" if others else f"{first.title} is the only generator"
    sentences = [f"{said}: {number(distance(first)['value'])}{f', 95 % interval {ends}' if ends else ''}."]
    alike = [row.title for row in others if _overlap(distance(first), distance(row))]
    if alike:
        sentences.append(f"Its interval overlaps with that of {_listed(alike)}: they are not told apart.")
    failed = next((generator.failed for generator in generators if generator.name == first.name), {})
    if failed:
        sentences.append(f"But it failed a guard ({_listed(list(failed))}), so it is not promoted by itself.")
    return " ".join([*sentences, _between(first, rows)]).strip()


def _between(first: Row, rows: list[Row]) -> str:
    """Which music to compare with lies nearer and which farther, where the intervals tell it apart at all."""
    place, references = rows.index(first), [row for row in rows if row.kind == "reference"]
    alike = [row.title for row in references if _overlap(distance(first), distance(row))]
    nearer = [row.title for row in rows[:place] if row in references and row.title not in alike]
    farther = [row.title for row in rows[place + 1 :] if row in references and row.title not in alike]
    said = []
    if nearer:
        said.append(f"farther away than {_quoted(nearer[-1])}")
    if farther:
        said.append(f"nearer than {_quoted(farther[0])}")
    sentences = []
    if alike:
        sentences.append(
            f"By their intervals it is not told apart from {_listed([_quoted(title) for title in alike])}."
        )
    if said:
        sentences.append(f"It is {' and '.join(said)}.")
    return " ".join(sentences)


def key_measures(texture: Texture) -> list[Mapping[str, Any]]:
    """The measures shown beside the distance, each as its first row's judgement describes it."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in texture.rows:
        for measure in row.judgement.get("measures") or []:
            found.setdefault(measure["name"], measure)
    if texture.key_measures:
        return [found[name] for name in texture.key_measures if name in found]
    families: dict[str, Mapping[str, Any]] = {}
    for measure in found.values():
        families.setdefault(measure["family"], measure)
    return list(families.values())


def measured(row: Row, name: str) -> Any:
    """A row's own value of one measure; None where it has none."""
    for measure in row.judgement.get("measures") or []:
        if measure["name"] == name:
            return (measure["generated"] or {}).get("value")
    return None


def _known(row: Row) -> bool:
    return known(distance(row).get("value"))


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    low, high, other_low, other_high = (estimate.get(end, None) for estimate in (one, other) for end in ("low", "high"))
    return (
        known(low)
        and known(high)
        and known(other_low)
        and known(other_high)
        and low <= other_high
        and other_low <= high
    )


def _quoted(title: str) -> str:
    return f"“{title}”"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
