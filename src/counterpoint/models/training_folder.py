"""What every trainer does beside training: its checkpoint's key, what is heard on the way, and the sealed folder."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from counterpoint.models import folder as model_folder
from counterpoint.models.folder import Lineage
from counterpoint.notes.midi import write_midi
from counterpoint.render import pianoroll
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.loop import Unit

HEARD_TEMPO_BPM = 80.0


@dataclass(frozen=True)
class Training:
    """One training of the generator `name` of the catalog, and where it keeps what it has so far.

    settings: the generator's in params.yaml. checkpoints: a folder outside the outs.
    """

    name: str
    settings: BaseModel
    seed: int
    lineage: Lineage
    checkpoints: Path

    @property
    def key(self) -> str:
        """A digest of all that decides the training's result; only a training of the same key may be resumed."""
        everything = {"settings": self._settings, "seed": self.seed, "lineage": self.lineage.digest}
        return model_folder.sha256_json(everything)

    def keep_heard(self, notes: pd.DataFrame, number: int, unit: Unit, track_names: tuple[str, ...]) -> None:
        """Write epoch-004.mid and .png of what the model plays after its 4th epoch or check, as `unit` says.

        Track k is called `track_names[k]` in both. They lie beside the checkpoint: what was heard before a kill is
        still part of the model.
        """
        self._heard.mkdir(parents=True, exist_ok=True)
        if notes.empty:  # early in training a piece may be all rests: nothing to see or hear
            return
        path = self._heard / f"epoch-{number:03d}.mid"
        path.write_bytes(write_midi(notes, tempo_bpm=HEARD_TEMPO_BPM, track_names=track_names))
        title = f"{unit.capitalize()} {number}"
        pianoroll.draw(notes, path.with_suffix(".png"), title=title, track_names=track_names)

    @contextmanager
    def sealed(self, out: Path, texture: str, history: pd.DataFrame, corpus_facts: Path) -> Iterator[Path]:
        """The model's folder, for the block to write into what only its kind has; it takes its place at `out` after it.

        There are params.json, history.csv, data.json (the file `corpus_facts`, for the model's card), listen/ and the
        manifest, too. A kill leaves what was at `out` before, or nothing; when all is safe, the checkpoint goes.
        """
        with model_folder.made_beside(out) as unfinished:
            yield unfinished
            facts = {"seed": self.seed, self.name: self._settings}
            (unfinished / "params.json").write_text(
                json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8"
            )
            history.to_csv(unfinished / "history.csv", index=False, lineterminator="\n")
            shutil.copyfile(corpus_facts, unfinished / model_folder.DATA)
            if self._heard.exists():
                shutil.copytree(self._heard, unfinished / "listen")
            model_folder.seal(unfinished, self.name, texture, self.lineage)
        self._checkpoint.delete()

    @property
    def _settings(self) -> dict[str, object]:
        return self.settings.model_dump(mode="json")

    @property
    def _checkpoint(self) -> Checkpoint:
        return Checkpoint.at(self.checkpoints, self.key)

    @property
    def _heard(self) -> Path:
        return self._checkpoint.folder / "listen"
