"""From a model folder to a Bento: a plain folder that `bentoml serve` serves without store, network or registry.

The same model, code and settings give the same bytes, on any day and from any folder: the version is made of digests,
and times and interpreter patch levels are taken out of what BentoML writes.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from counterpoint.models.folder import Manifest, canonical_json, sha256_file, sha256_json, verify

BENTOFILE = "bentofile.yaml"
_IGNORE = ".bentoignore"
_SOURCE = Path("src/counterpoint")


class PackageError(RuntimeError):
    """A Bento that could not be built; the message holds what BentoML said."""


def build(
    model_folder: Path,
    out: Path,
    *,
    tempo_bpm: float,
    metrics: dict[str, Any] | None,
    card: str,
    root: Path,
    aliases: Sequence[str] = (),
) -> str:
    """Build the Bento of a model folder at `out` and return its version, `<model digest>-<code digest>`.

    tempo_bpm: quarter notes a minute of the MIDI that the service writes.
    metrics: the model's figures for `GET /model`, or None.
    card: the model's card in Markdown, for the Bento's README and `GET /model`.
    aliases: of the model, as it is packaged, for `GET /model`.
    root: the project's folder, which holds bentofile.yaml, requirements and src.

    `out` appears whole or not at all. Raises ModelFolderError, FileNotFoundError, PackageError, and ValueError for a
    metric that is not finite.
    """
    manifest = verify(model_folder)
    # not beside `out`: BentoML refuses to read below a hidden folder, where a project may well lie
    with tempfile.TemporaryDirectory(prefix="counterpoint-") as temporary:
        work = Path(temporary)
        settings: dict[str, Any] = {"tempo_bpm": tempo_bpm, "aliases": list(aliases)}
        if metrics is not None:
            settings["metrics"] = _finite(metrics)
        config = _gather(root, work / "context")
        version = f"{manifest.digest[:12]}-{_code_digest(work / 'context', settings | {'card': card})[:8]}"
        job = {
            "config": config,
            "context": str(work / "context"),
            "model_folder": str(model_folder.resolve()),
            "model_version": manifest.digest[:12],
            "settings": settings,
            "card": card,
            "labels": _labels(manifest),
            "version": version,
            "out": str(work / "bento"),
        }
        _assemble(job, work)
        _place(work / "bento", out)
    return version


def _labels(manifest: Manifest) -> dict[str, str]:
    return {
        "generator": manifest.generator,
        "texture": manifest.texture,
        "run": manifest.run_name,
        "model": manifest.digest,
        "data": manifest.lineage.data,
        "code": manifest.lineage.code,
        "params": manifest.lineage.params,
    }


def _finite(metrics: dict[str, Any]) -> dict[str, Any]:
    for name, value in metrics.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"metric {name} is {value}; GET /model answers in JSON, which knows finite numbers only")
    return metrics


def _gather(root: Path, context: Path) -> dict[str, Any]:
    """Copy what may be packed into `context`, so that BentoML walks no data; bentofile.yaml as read."""
    if not (root / BENTOFILE).is_file():
        raise FileNotFoundError(f"{root / BENTOFILE} is missing: it says what a Bento holds")
    config = yaml.safe_load((root / BENTOFILE).read_text(encoding="utf-8"))
    for name in (BENTOFILE, _IGNORE, config["python"]["requirements_txt"]):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, context / name)
    excluded = {root / path for path in config["exclude"] if "/" in path}
    by_name = shutil.ignore_patterns("__pycache__", ".*", *config["exclude"])

    def ignore(folder: str, names: list[str]) -> set[str]:
        return by_name(folder, names) | {name for name in names if Path(folder) / name in excluded}

    for part in config["include"]:
        source = root / part
        if source.is_dir():
            shutil.copytree(source, context / part, ignore=ignore, copy_function=shutil.copyfile)
        elif source.is_file():
            (context / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, context / part)
        else:
            raise FileNotFoundError(f"{BENTOFILE} includes {part}, which is not in {root}")
    return config


def _code_digest(context: Path, settings: dict[str, Any]) -> str:
    """One digest of everything but the model's files that decides the Bento's bytes."""
    files = {p.relative_to(context).as_posix(): sha256_file(p) for p in sorted(context.rglob("*")) if p.is_file()}
    return sha256_json({"files": files, "settings": settings})


def _assemble(job: dict[str, Any], work: Path) -> None:
    """Run counterpoint.serving.assemble from the packed source, away from the user's own BentoML store and settings.

    A process of its own because BentoML reads its home once, at import, and so that the packed source is proved to
    import without the rest of the project.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BENTOML_")}
    environment |= {
        "PATH": f"{_uv_never_called(work / 'bin')}{os.pathsep}{environment.get('PATH', os.defpath)}",
        "BENTOML_HOME": str(work / "home"),
        "BENTOML_DO_NOT_TRACK": "True",
        "PYTHONPATH": str(work / "context" / _SOURCE.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    (work / "home").mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "counterpoint.serving.assemble"],
        input=canonical_json(job),
        env=environment,
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise PackageError(f"BentoML could not build the Bento:\n{run.stdout}{run.stderr}".rstrip())


def _uv_never_called(folder: Path) -> Path:
    """A folder with a `uv` that only fails.

    BentoML looks for uv, and installs it over the network if there is none, even where nothing is left to lock.
    """
    folder.mkdir()
    command = folder / "uv"
    command.write_text("#!/bin/sh\necho 'packaging locks nothing: the requirements are locked' >&2\nexit 1\n")
    command.chmod(0o755)
    return folder


def _place(bento: Path, out: Path) -> None:
    """Copy beside `out`, then swap by renaming."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        shutil.copytree(bento, Path(temporary) / "new")
        if out.exists():
            out.rename(Path(temporary) / "old")
        (Path(temporary) / "new").rename(out)
