"""From encoded data to a complete model folder, made beside its place and renamed."""

from pathlib import Path

from counterpoint import params
from counterpoint.encodings.store import load_split
from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.attention_lstm import network as networks
from counterpoint.models.attention_lstm.fit import fit
from counterpoint.models.attention_lstm.generator import AttentionLSTM
from counterpoint.models.folder import Lineage, Manifest, read_manifest
from counterpoint.models.generator import Sampling
from counterpoint.models.training_folder import Training
from counterpoint.training.loop import Log

# What is asked of the model at the epochs of `listen_at`.
HEARD = Sampling(count=1, length=64, temperature=0.9, duration_temperature=0.9, top_k=0, top_p=0.98, seed=1)


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
    training = Training(name, settings, seed, lineage, checkpoints)

    def listen(epoch: int, generator: AttentionLSTM) -> None:
        training.keep_heard(generator.generate(HEARD), epoch, "epoch", TRACK_NAMES[symbols.texture])

    network, history = fit(
        name, tokens, symbols, settings, seed=seed, checkpoints=checkpoints, key=training.key, log=log, listen=listen
    )
    with training.sealed(out, symbols.texture, history, corpus_facts) as unfinished:
        networks.save(network, unfinished)
        (unfinished / "encoding.json").write_text(symbols.to_json(), encoding="utf-8")
    return read_manifest(out)
