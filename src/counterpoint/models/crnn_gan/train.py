"""From encoded tones to a complete model folder, made beside its place and renamed."""

from pathlib import Path

from counterpoint import params
from counterpoint.encodings.scale import Scale
from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models.crnn_gan import saving
from counterpoint.models.crnn_gan.fit import fit
from counterpoint.models.crnn_gan.generator import CRNNGAN
from counterpoint.models.crnn_gan.material import gather
from counterpoint.models.crnn_gan.networks import Generator
from counterpoint.models.folder import Lineage, Manifest, read_manifest
from counterpoint.models.generator import Sampling
from counterpoint.models.training_folder import Training
from counterpoint.training.loop import Log

HEARD = Sampling(count=1, length=96, seed=1)  # asked for at the checks of `listen_at`: the same noise each time


def train(
    name: str,
    encoded: Path,
    vocabulary: Path,
    settings: params.CRNNGAN,
    *,
    seed: int,
    out: Path,
    lineage: Lineage,
    corpus_facts: Path,
    log: Log,
    checkpoints: Path,
) -> Manifest:
    """Train the generator `name` of the catalog on the tones in `encoded` (.npz), of the scale in `vocabulary`.

    The finished model's folder is left at `out`. It holds network.json, model.weights.h5, encoding.json (the scale),
    params.json, history.csv, data.json (the file `corpus_facts`), listen/epoch-004.mid and .png for every check of
    `listen_at`, the same noise each time, and the manifest. It is written beside `out` and renamed, so a kill leaves
    what was there before or nothing; the same inputs on one machine give the same bytes.

    log is called with each check's number and its row of the history. checkpoints is a folder outside the outs: a
    killed training goes on from its last check there; what it holds of this training is deleted at the end.

    Raises NoWindowsError if there is nothing to train on.
    """
    scale = Scale.from_json(vocabulary.read_text(encoding="utf-8"))
    material = gather(encoded, scale, settings.steps)
    training = Training(name, settings, seed, lineage, checkpoints)

    def listen(check: int, network: Generator) -> None:
        training.keep_heard(CRNNGAN(name, network, scale).generate(HEARD), check, "check", TRACK_NAMES[scale.texture])

    network, history = fit(
        name, material, settings, seed=seed, checkpoints=checkpoints, key=training.key, log=log, listen=listen
    )
    with training.sealed(out, scale.texture, history, corpus_facts) as unfinished:
        saving.save(unfinished, network)
        (unfinished / "encoding.json").write_text(scale.to_json(), encoding="utf-8")
    return read_manifest(out)
