"""A version's model card in Markdown, made of what its folder and its figures say, and of nothing else.

After Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019), section 4. Departures: there are no groups of
people to report by, so their "factors" are left out; the data's part is a card of its own (`corpus.card`).
"""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from counterpoint.corpus.card import data_card, plain, source_sentence
from counterpoint.models.figures import finite, said, table
from counterpoint.models.folder import DATA, NETWORK, Manifest, given_track, read_manifest

_PARAMS = "params.json"
_HISTORY = "history.csv"
_JUDGED_BY = {  # column of the history that says what is kept → what a row is, and how its value reads
    "validation_joint": ("epoch", "best on validation after epoch {row}, {value:.3f} nats an event"),
    "distance_to_validation": (
        "check",
        "nearest to validation, and kept, at iteration {row}, distance {value:.3f}",
    ),
}
_TEXTURES = {
    "melody": "one line, a note at a time",
    "chords": "several voices as one succession of chords",
    "voices": "four voices, a track each",
    "band": "several tracks",
}


def full_card(folder: Path, metrics: Mapping[str, float | None], failed: Mapping[str, str]) -> str:
    """The model card of the folder and, where the folder holds the facts of its corpus, the data card after it."""
    facts = _facts(folder)
    card = model_card(folder, metrics, failed)
    return card if facts is None else f"{card}\n{data_card(facts)}"


def model_card(folder: Path, metrics: Mapping[str, float | None], failed: Mapping[str, str] = {}) -> str:
    """The model card of a model folder; the same folder and figures give the same text.

    metrics: reports/MODEL/evaluation/metrics.json; figures that are undefined (None, NaN) are passed over.
    failed: guard → why it failed. Raises ModelFolderError for a folder without a manifest.
    """
    manifest = read_manifest(folder)
    facts = _facts(folder)
    sections = {
        "Failed guards": _failed(failed),
        "Intended use": _use(folder, facts),
        "Training data": _data(facts),
        "Training": _training(folder, manifest),
        "Figures": _figures(metrics),
        "Limits and risks": _limits(facts, finite(metrics)),
        "Reproducing it": _lineage(manifest),
        "Licence": _licence(facts),
    }
    written = "\n".join(f"## {title}\n\n{chr(10).join(lines)}\n" for title, lines in sections.items() if lines)
    return f"# Model card: {plain(manifest.run_name)}\n\n{_what(manifest)}\n\n{written}"


def _facts(folder: Path) -> dict[str, Any] | None:
    return _json(folder / DATA)


def _json(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _what(manifest: Manifest) -> str:
    texture = _TEXTURES.get(manifest.texture, "music")
    return (
        f"A generator of symbolic music: it writes notes (MIDI), no sound. Generator `{manifest.generator}`, texture "
        f"`{manifest.texture}` ({texture}), digest `{manifest.digest}`."
    )


def _failed(failed: Mapping[str, str]) -> list[str]:
    if not failed:
        return []
    rows = [f"- **{plain(guard.replace('_', ' '))}**: {plain(reason)}" for guard, reason in sorted(failed.items())]
    return ["This version is never promoted by itself. Where it serves, a person chose it in spite of this:", "", *rows]


def _use(folder: Path, facts: dict[str, Any] | None) -> list[str]:
    return [
        f"For writing music in the manner of {_manner(facts)}: for study, for comparison with other generators, and as "
        f"material for a musician to choose from and rework. {_given(folder)}",
        "",
        "Not for passing its music off as a composer's own, nor for judging people's music by its likelihoods, nor for "
        "music unlike what it was trained on.",
    ]


def _given(folder: Path) -> str:
    """What can be put before the model, as its network says: a track, or a beginning, or nothing."""
    given = given_track(folder)
    if given is not None:
        return f"It accompanies track {given} (0 the first), which it is given."
    if "noise" in (_json(folder / NETWORK) or {}):
        return "It writes out of noise: it can neither continue a beginning nor accompany a track."
    return "It can continue a beginning that it is given."


def _manner(facts: dict[str, Any] | None) -> str:
    source = {} if facts is None else facts["source"]
    return f"{source['composer']}'s {source['title']}" if "composer" in source else "its training music"


def _data(facts: dict[str, Any] | None) -> list[str]:
    if facts is None:
        return [f"Its folder holds no `{DATA}`, so nothing is said of its training music here."]
    train, validation, test = (facts["splits"][split] for split in ("train", "validation", "test"))
    return [
        f"{source_sentence(facts)} Trained on {train['pieces']:,} pieces ({train['notes']:,} notes in all tracks), "
        f"as far as they can be brought to its texture; validated on {validation['pieces']:,}, tested on "
        f"{test['pieces']:,}; no tune is on two sides. The data card, made from its folder's `{DATA}`, says more."
    ]


def _training(folder: Path, manifest: Manifest) -> list[str]:
    lines = []
    if history := _history(folder / _HISTORY):
        column = next((name for name in _JUDGED_BY if name in history[0]), "validation_joint")
        row, kept = _JUDGED_BY[column]
        scored = {place: float(of[column]) for place, of in enumerate(history, 1) if of.get(column)}
        scored = {place: value for place, value in scored.items() if math.isfinite(value)}
        best = min(scored, key=lambda place: (scored[place], place), default=None)
        in_iterations = "iteration" in history[0]
        said = ""
        if best is not None:
            where = _iteration(history[best - 1]) if in_iterations else best
            said = f"; {kept.format(row=where, value=scored[best])}"
        made = f", {_iteration(history[-1])} iterations" if in_iterations else ""
        lines.append(f"{len(history)} {row}{'' if len(history) == 1 else 's'}{made}{said}.")
    if params := _json(folder / _PARAMS):
        named = [f"`{name.removeprefix(f'{manifest.generator}.')}={value}`" for name, value in _leaves(params)]
        lines += [*([""] if lines else []), f"Parameters: {', '.join(named)}."]
    return lines


def _iteration(row: dict[str, str]) -> str:
    return f"{int(float(row['iteration'])):,}"


def _history(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _leaves(params: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name and value of every parameter, those of the top level first."""
    for name, value in sorted(params.items(), key=lambda item: (isinstance(item[1], dict), item[0])):
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value if isinstance(value, str) else json.dumps(value)).replace("`", "'")


def _figures(metrics: Mapping[str, float | None]) -> list[str]:
    known = finite(metrics)
    lines = table(metrics)
    if not lines:
        return ["None were measured, or none that this card knows."]
    if "test_pieces" in known and "test_events" in known:
        lines[-1] += f" Likelihoods are of {known['test_pieces']:,.0f} pieces, {known['test_events']:,.0f} events."
    return lines


def _limits(facts: dict[str, Any] | None, known: Mapping[str, float]) -> list[str]:
    copied = "No figure here says how much: compare before you publish."
    if "copied_share" in known:
        copied = f"{said(known['copied_share'], 'share')} of its eight-note windows stand there"
        human = known.get("human_copied_share")
        copied += "." if human is None else f", of held-out music's {said(human, 'share')}."
    limits = [f"- It may repeat figures, or whole passages, of its training music, in any key. {copied}"]
    if facts is not None and "composer" in facts["source"]:
        limits.append(f"- It knows {_manner(facts)} alone and writes in that manner, whatever it is given.")
    if facts is not None:
        test = facts["splits"]["test"]
        limits.append(
            f"- Figures rest on {test['pieces']:,} test pieces ({test['groups']:,} tunes): mind the intervals."
        )
    return [*limits, "- Figures compare statistics of notes. Whether the music is any good, only listening says."]


def _lineage(manifest: Manifest) -> list[str]:
    return [
        f"Made from data `{manifest.lineage.data}`, code `{manifest.lineage.code}`, parameters "
        f"`{manifest.lineage.params}` (SHA-256).",
        "",
        "`dvc repro` with the locked requirements, at the commit whose dvc.lock names its folder, trains it again: on "
        "one machine the same bytes, on another perhaps other roundings. `sha256sum manifest.json` in the folder "
        "prints its digest.",
    ]


def _licence(facts: dict[str, Any] | None) -> list[str]:
    music = "unknown: its folder says nothing of it." if facts is None else facts["licence"]
    return [
        f"Training music: {music}",
        "",
        "The pipeline's code is MIT licensed; that grants nothing as to the music, or as to weights trained on it.",
    ]
