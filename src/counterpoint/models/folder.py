"""A trained model on disk: a folder of plain files and a manifest of their digests.

manifest.json holds the generator's name, its texture, the SHA-256 of every other file, and the lineage: digests of the
data, the code and the parameters it was made from. The manifest's own SHA-256 is the model's identity, its *digest*.
Nothing that varies from run to run is inside, so equal inputs on one machine give an equal digest.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
NETWORK = "network.json"  # what its network is, as far as its weights do not say
DATA = "data.json"  # the facts of the corpus that the model was trained on


class ModelFolderError(ValueError):
    """A model folder that is missing, incomplete or altered; the message says which file and what to do."""


class NonFiniteWeights(ModelFolderError):
    """A folder that is as it was sealed, but whose model is of no use: training diverged."""


@dataclass(frozen=True)
class Lineage:
    """SHA-256 digests of what a model was made from."""

    data: str
    code: str
    params: str

    @property
    def digest(self) -> str:
        """One digest of all three: equal lineages are the same choice, whatever bytes training gave."""
        return sha256_json({"data": self.data, "code": self.code, "params": self.params})


@dataclass(frozen=True)
class Manifest:
    generator: str
    texture: str
    files: dict[str, str]  # path below the folder → SHA-256
    lineage: Lineage
    digest: str  # of manifest.json itself: the model's identity

    @property
    def run_name(self) -> str:
        """A name for people, made of the digest."""
        return f"{self.generator.replace('_', '-')}-{self.digest[:8]}"


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_json(value: object) -> str:
    """The digest of a JSON value in canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def canonical_json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_tree(paths: list[Path], suffixes: tuple[str, ...] = ()) -> str:
    """One digest of files and of every file below folders (names as given and bytes), ending in one of `suffixes`.

    Byte-code folders do not count.
    """
    found: dict[str, str] = {}
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and (not suffixes or file.suffix in suffixes):
                found[file.as_posix()] = sha256_file(file)
    if not found:
        raise FileNotFoundError(f"nothing to take a digest of in {[str(path) for path in paths]}")
    return sha256_json(found)


def _files(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): sha256_file(p)
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p != folder / MANIFEST
    }


@contextmanager
def made_beside(out: Path) -> Iterator[Path]:
    """An empty folder beside `out`, which takes its place when the block ends well.

    A kill leaves what was at `out` before, or nothing.
    """
    unfinished = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    yield unfinished
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)


def seal(folder: Path, generator: str, texture: str, lineage: Lineage) -> Manifest:
    """Write the manifest of a finished model folder and return it."""
    content = {
        "generator": generator,
        "texture": texture,
        "files": _files(folder),
        "lineage": {"data": lineage.data, "code": lineage.code, "params": lineage.params},
    }
    (folder / MANIFEST).write_text(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return read_manifest(folder)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model folder, its files not yet checked. Raises ModelFolderError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelFolderError(
            f"{folder} holds no {MANIFEST}: it is not a trained model's folder, or training did not finish"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(
            content["generator"],
            content["texture"],
            dict(content["files"]),
            Lineage(**content["lineage"]),
            sha256_file(path),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFolderError(f"{path} cannot be read as a model's manifest: {error}") from error


def verify(folder: Path) -> Manifest:
    """The manifest, after every file was compared with it. ModelFolderError names what is missing, altered or extra."""
    manifest = read_manifest(folder)
    present = _files(folder)
    who, mend = f"model {manifest.digest[:12]}", "restore it with `dvc checkout`"
    for file, digest in manifest.files.items():
        if file not in present:
            raise ModelFolderError(f"{folder}: {file} is missing ({who}); {mend}")
        if present[file] != digest:
            raise ModelFolderError(
                f"{folder}: {file} is not what was trained ({who}): its digest is {present[file][:12]}, "
                f"the manifest says {digest[:12]}; {mend}"
            )
    extra = sorted(set(present) - set(manifest.files))
    if extra:
        raise ModelFolderError(f"{folder}: {extra[0]} does not belong to the model ({who}); {mend}")
    return manifest


def given_track(folder: Path) -> int | None:
    """The track that the model in `folder` accompanies, a person's; None for one that writes everything itself."""
    network = folder / NETWORK
    found = json.loads(network.read_text(encoding="utf-8")).get("given") if network.is_file() else None
    return None if found is None else int(found)
