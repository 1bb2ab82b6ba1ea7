"""Stage `package`: the champion, out of the registry, as the Bento in dist/bento."""

import json
import tempfile
from pathlib import Path
from typing import Any

from counterpoint import params, paths
from counterpoint.models.card import full_card
from counterpoint.registry.fetch import fetch
from counterpoint.registry.records import read_champion
from counterpoint.serving.package import build
from counterpoint.stages.stage import run


def main() -> None:
    champion = read_champion(paths.CHAMPION)
    if champion is None:
        raise SystemExit(f"{paths.CHAMPION} names no champion: `dvc repro register` settles one")
    # From the record, which this stage depends on, not from the store, whose figures may change beneath it.
    record = json.loads(paths.CHAMPION.read_text(encoding="utf-8"))
    metrics, failed = _measured(record), record.get("failed", {})
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        chosen = fetch(champion.digest, folder)
        version = build(
            folder,
            paths.BENTO,
            tempo_bpm=params.load().tempo_bpm,
            metrics=metrics or None,
            card=full_card(folder, metrics, failed),
            root=Path.cwd(),
        )
    print(f"{chosen.run_name} is packaged as {version}: {paths.BENTO}")


def _measured(record: dict[str, Any]) -> dict[str, float]:
    """The champion's figures; a record of before there were `metrics` has the one it was chosen by."""
    metric = record["metric"]
    alone = {} if metric["value"] is None else {metric["name"]: metric["value"]}
    return record.get("metrics") or alone


if __name__ == "__main__":
    run(main)
