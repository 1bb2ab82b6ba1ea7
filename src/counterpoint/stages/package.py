"""Stage `package`: the champion, out of the registry, as the Bento in dist/bento."""

import json
import tempfile
from pathlib import Path

from counterpoint import params, paths
from counterpoint.models.card import full_card
from counterpoint.registry.fetch import fetch
from counterpoint.registry.records import read_champion, read_evidence
from counterpoint.serving.package import build
from counterpoint.stages.stage import run


def main() -> None:
    champion = read_champion(paths.CHAMPION)
    if champion is None:
        raise SystemExit(f"{paths.CHAMPION} names no champion: `dvc repro register` settles one")
    # From the record, which this stage depends on, not from the store, whose figures may change beneath it.
    evidence = read_evidence(paths.CHAMPION)
    metrics = evidence.metrics or _chosen_by(paths.CHAMPION)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        chosen = fetch(champion.digest, folder)
        version = build(
            folder,
            paths.BENTO,
            tempo_bpm=params.load().tempo_bpm,
            metrics=metrics or None,
            card=full_card(folder, metrics, evidence.failed),
            root=Path.cwd(),
            aliases=["champion"],
        )
    print(f"{chosen.run_name} is packaged as {version}: {paths.BENTO}")


def _chosen_by(record: Path) -> dict[str, float]:
    """The one figure of a record that is older than the `metrics` in it."""
    metric = json.loads(record.read_text(encoding="utf-8"))["metric"]
    return {} if metric["value"] is None else {metric["name"]: metric["value"]}


if __name__ == "__main__":
    run(main)
