"""From encoded phrases to a complete model folder, made beside its place and renamed."""

import json
import shutil
from pathlib import Path

import pandas as pd

from counterpoint import params
from counterpoint.encodings.layout import Layout
from counterpoint.models import folder as model_folder
from counterpoint.models.folder import Lineage, Manifest
from counterpoint.models.generator import Sampling
from counterpoint.models.musegan import saving
from counterpoint.models.musegan.binarise import require
from counterpoint.models.musegan.fit import fit
from counterpoint.models.musegan.generator import MuseGAN
from counterpoint.models.musegan.generators import Generator
from counterpoint.models.musegan.given import Given
from counterpoint.models.musegan.keys import Keys, keys_of
from counterpoint.models.musegan.material import Material, gather
from counterpoint.notes.midi import write_midi
from counterpoint.render import pianoroll
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.loop import Log

HEARD_SEED = 1  # of the piece that is asked for at the checks of `listen_at`: the same noise each time
HEARD_PHRASES = 4
HEARD_TEMPO_BPM = 80.0


def train(
    name: str,
    encoded: Path,
    vocabulary: Path,
    settings: params.MuseGAN,
    *,
    seed: int,
    out: Path,
    lineage: Lineage,
    corpus_facts: Path,
    log: Log,
    checkpoints: Path,
) -> Manifest:
    """Train the generator `name` of the catalog on the bars in `encoded` (.npz), laid out as `vocabulary` says.

    The finished model's folder is left at `out`. It holds network.json, model.weights.h5, encoding.json (the layout),
    keys.json (key: common), given.npz (conditioning: track; the given track of the validation split), params.json,
    history.csv, data.json (the file `corpus_facts`), listen/epoch-004.mid and .png for every check of `listen_at`, the
    same point of noise each time, and the manifest. It is written beside `out` and renamed, so a kill leaves what was
    there before or nothing; the same inputs on one machine give the same bytes.

    log is called with each check's number and its row of the history. checkpoints is a folder outside the outs: a
    killed training goes on from its last check there; what it holds of this training is deleted at the end.

    Raises NoPhrasesError if there is nothing to train on, ArchitectureError and ValueError for params that do not fit
    the layout.
    """
    layout = Layout.from_json(vocabulary.read_text(encoding="utf-8"))
    require(settings.binarise, layout)
    material = gather(encoded, layout, settings)
    key = _checkpoint_key(settings, seed, lineage)
    kept = Checkpoint.at(checkpoints, key)
    listening = kept.folder / "listen"  # heard before a kill, it is still part of the model
    keys, given = _beside(material, settings)

    def listen(epoch: int, network: Generator) -> None:
        at_work = MuseGAN(name, network, layout, settings.binarise, keys, given)
        bars = HEARD_PHRASES * settings.bars
        asked = Sampling(count=1, bars=bars if given is None else min(bars, given.longest), seed=HEARD_SEED)
        _write_heard(at_work.generate(asked), listening, epoch, tuple(track.name for track in layout.tracks))

    network, history = fit(
        name, material, settings, seed=seed, checkpoints=checkpoints, key=key, log=log, listen=listen
    )
    with model_folder.made_beside(out) as unfinished:
        saving.save(unfinished, network)
        (unfinished / "encoding.json").write_text(layout.to_json(), encoding="utf-8")
        if keys is not None:
            (unfinished / "keys.json").write_text(keys.to_json(), encoding="utf-8")
        if given is not None:
            given.save(unfinished / "given.npz")
        facts = {"seed": seed, name: settings.model_dump(mode="json")}
        (unfinished / "params.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        history.to_csv(unfinished / "history.csv", index=False, lineterminator="\n")
        shutil.copyfile(corpus_facts, unfinished / model_folder.DATA)
        if listening.exists():
            shutil.copytree(listening, unfinished / "listen")
        manifest = model_folder.seal(unfinished, name, layout.view, lineage)
    kept.delete()
    return manifest


def _checkpoint_key(settings: params.MuseGAN, seed: int, lineage: Lineage) -> str:
    """A digest of all that decides the training's result; only a training of the same key may be resumed."""
    everything = {"settings": settings.model_dump(mode="json"), "seed": seed, "lineage": lineage.digest}
    return model_folder.sha256_json(everything)


def _beside(material: Material, settings: params.MuseGAN) -> tuple[Keys | None, Given | None]:
    """What a generator needs beside its network: the keys of real pieces, and real passages of the given track."""
    training, validation = (material.splits[split] for split in ("train", "validation"))
    keys = keys_of(training.bars, training.shift, material.layout) if settings.key == "common" else None
    if settings.conditioning != "track":
        return keys, None
    given = Given.of(validation.bars, validation.shift, settings.given)
    return keys, given if keys is None else given.by_its_own_key(settings.given, material.layout)


def _write_heard(notes: pd.DataFrame, folder: Path, epoch: int, tracks: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if notes.empty:  # early in training a piece may be all rests: nothing to see or hear
        return
    name = f"epoch-{epoch:03d}"
    (folder / f"{name}.mid").write_bytes(write_midi(notes, tempo_bpm=HEARD_TEMPO_BPM, track_names=tracks))
    pianoroll.draw(notes, folder / f"{name}.png", title=f"Check {epoch}")
