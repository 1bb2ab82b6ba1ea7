"""From encoded data to a complete model folder, made beside its place and renamed."""

import json
import shutil
from pathlib import Path

import pandas as pd

from counterpoint import params
from counterpoint.encodings.store import load_split
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models import folder as model_folder
from counterpoint.models.attention_lstm import network as networks
from counterpoint.models.attention_lstm.fit import fit
from counterpoint.models.attention_lstm.generator import AttentionLSTM
from counterpoint.models.folder import Lineage, Manifest
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import write_midi
from counterpoint.render import pianoroll
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.loop import Log

# What is asked of the model at the epochs of `listen_at`.
HEARD = Sampling(count=1, length=64, temperature=0.9, duration_temperature=0.9, top_k=0, top_p=0.98, seed=1)
HEARD_TEMPO_BPM = 80.0


def checkpoint_key(settings: params.AttentionLSTM, seed: int, lineage: Lineage) -> str:
    """A digest of all that decides the training's result; only a training of the same key may be resumed."""
    everything = {"settings": settings.model_dump(mode="json"), "seed": seed, "lineage": lineage.digest}
    return model_folder.sha256_json(everything)


def train(
    name: str,
    encoded: Path,
    vocabulary: Path,
    settings: params.AttentionLSTM,
    *,
    seed: int,
    out: Path,
    lineage: Lineage,
    corpus_facts: Path,
    log: Log,
    checkpoints: Path,
) -> Manifest:
    """Train the generator `name` of the catalog on the encoded splits in `encoded` (.npz).

    The finished model's folder is left at `out`. It holds network.json, encoding.json (the vocabulary), params.json,
    model.weights.h5, history.csv, data.json (the file `corpus_facts`, for the model's card), listen/epoch-004.mid and
    .png for every epoch of `listen_at`, and the manifest. It is written beside `out` and renamed, so a kill leaves what
    was there before or nothing; the same inputs on one machine give the same bytes.

    log is called with each epoch's number and its row of the history. checkpoints is a folder outside the outs: a
    killed training goes on from its last whole epoch there; what it holds of this training is deleted at the end.
    """
    symbols = Vocabulary.from_json(vocabulary.read_text(encoding="utf-8"))
    tokens = {split: load_split(encoded, split)[1] for split in ("train", "validation")}
    key = checkpoint_key(settings, seed, lineage)
    kept = Checkpoint.at(checkpoints, key)
    listening = kept.folder / "listen"  # heard before a kill, it is still part of the model

    def listen(epoch: int, generator: AttentionLSTM) -> None:
        _write_heard(generator.generate(HEARD), listening, epoch, track=symbols.texture.capitalize())

    network, history = fit(
        name, tokens, symbols, settings, seed=seed, checkpoints=checkpoints, key=key, log=log, listen=listen
    )
    with model_folder.made_beside(out) as unfinished:
        networks.save(network, unfinished)
        (unfinished / "encoding.json").write_text(symbols.to_json(), encoding="utf-8")
        facts = {"seed": seed, name: settings.model_dump(mode="json")}
        (unfinished / "params.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        history.to_csv(unfinished / "history.csv", index=False, lineterminator="\n")
        shutil.copyfile(corpus_facts, unfinished / model_folder.DATA)
        if listening.exists():
            shutil.copytree(listening, unfinished / "listen")
        manifest = model_folder.seal(unfinished, name, symbols.texture, lineage)
    kept.delete()
    return manifest


def _write_heard(notes: pd.DataFrame, folder: Path, epoch: int, track: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if notes.empty:  # early in training a piece may be all rests: nothing to see or hear
        return
    name = f"epoch-{epoch:03d}"
    (folder / f"{name}.mid").write_bytes(write_midi(notes, tempo_bpm=HEARD_TEMPO_BPM, track_names=(track,)))
    pianoroll.draw(notes, folder / f"{name}.png", title=f"Epoch {epoch}")
