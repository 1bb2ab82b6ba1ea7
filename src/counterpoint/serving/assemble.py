"""The part of packaging that speaks to BentoML: a process of its own, told by JSON on its standard input what to do.

Started by counterpoint.serving.package, which says why.
"""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bentoml
import yaml

from counterpoint.serving.service import ALIAS, CARD, MODEL_FILES

MODEL_NAME = "counterpoint-model"
# BentoML needs a time; that of the build would make every Bento another one
BUILT = datetime(2000, 1, 1, tzinfo=UTC)


def assemble(job: dict[str, Any]) -> None:
    """Build the Bento of `job` (see package.build) and lay it, with its model, as a plain folder at `job["out"]`."""
    tag = f"{MODEL_NAME}:{job['model_version']}"
    with bentoml.models.create(tag, labels=job["labels"], metadata=job["settings"]) as model:
        shutil.copytree(job["model_folder"], model.path_of(MODEL_FILES), copy_function=shutil.copyfile)
        Path(model.path_of(CARD)).write_text(job["card"], encoding="utf-8")
    config = job["config"]
    config["description"] = f"{config['description']}\n{job['card']}"  # BentoML's README.md
    bento = bentoml.bentos.build(
        **config,
        models=[{"tag": tag, "alias": ALIAS}],
        labels=job["labels"],
        version=job["version"],
        build_ctx=job["context"],
    )
    out = Path(job["out"])
    shutil.copytree(bento.path, out, copy_function=shutil.copyfile)
    packed_model = out / "models" / MODEL_NAME / job["model_version"]
    shutil.copytree(bentoml.models.get(tag).path, packed_model, copy_function=shutil.copyfile)
    requirements = (Path(job["context"]) / config["python"]["requirements_txt"]).read_text(encoding="utf-8")
    _settle_bento(out, requirements)
    _settle_model(packed_model)


def _settle_bento(out: Path, requirements: str) -> None:
    """Fix the times, and put the locked requirements back as they were.

    BentoML appends an unhashed `bentoml==` line to requirements which already pin it with hashes; an installer that
    requires hashes refuses the lot.
    """
    info = yaml.safe_load((out / "bento.yaml").read_text(encoding="utf-8"))
    info["creation_time"] = BUILT
    for model in info["models"]:
        model["creation_time"] = BUILT
    info["image"]["python_requirements"] = requirements
    _dump(info, out / "bento.yaml")
    for name in ("requirements.in", "requirements.txt"):
        (out / "env" / "python" / name).write_text(requirements, encoding="utf-8")


def _settle_model(folder: Path) -> None:
    """Fix the time and the interpreter: another patch level of Python packs the same model."""
    info = yaml.safe_load((folder / "model.yaml").read_text(encoding="utf-8"))
    info["creation_time"] = BUILT
    info["context"]["python_version"] = ".".join(map(str, sys.version_info[:2]))
    _dump(info, folder / "model.yaml")


def _dump(content: dict[str, Any], path: Path) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


if __name__ == "__main__":
    assemble(json.load(sys.stdin))
