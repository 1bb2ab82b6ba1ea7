"""From encoded phrases to a complete model folder, made beside its place and renamed."""

from pathlib import Path

from counterpoint import params
from counterpoint.encodings.layout import Layout
from counterpoint.encodings.rolls import Split
from counterpoint.models.folder import Lineage, Manifest, read_manifest
from counterpoint.models.generator import Sampling
from counterpoint.models.musegan import saving
from counterpoint.models.musegan.binarise import require
from counterpoint.models.musegan.fit import fit
from counterpoint.models.musegan.generator import MuseGAN
from counterpoint.models.musegan.generators import Generator
from counterpoint.models.musegan.given import Given
from counterpoint.models.musegan.keys import keys_of
from counterpoint.models.musegan.material import gather
from counterpoint.models.training_folder import Training
from counterpoint.training.loop import Log

HEARD_SEED = 1  # of the piece that is asked for at the checks of `listen_at`: the same noise each time
HEARD_PHRASES = 4


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
    keys.json (key: common), given.npz (conditioning: track; the given track of the validation split, for a model is
    judged by the test split), params.json, history.csv, data.json (the file `corpus_facts`), listen/epoch-004.mid and
    .png for every check of `listen_at`, the same point of noise each time, and the manifest. It is written beside `out`
    and renamed, so a kill leaves what was there before or nothing; the same inputs on one machine give the same bytes.

    log is called with each check's number and its row of the history. checkpoints is a folder outside the outs: a
    killed training goes on from its last check there; what it holds of this training is deleted at the end.

    Raises NoPhrasesError if there is nothing to train on, ArchitectureError and ValueError for params that do not fit
    the layout.
    """
    layout = Layout.from_json(vocabulary.read_text(encoding="utf-8"))
    require(settings.binarise, layout)
    material = gather(encoded, layout, settings)
    training = Training(name, settings, seed, lineage, checkpoints)
    learnt = material.splits["train"]
    keys = keys_of(learnt.bars, learnt.shift, layout) if settings.key == "common" else None
    given = _given(material.splits["validation"], layout, settings) if settings.conditioning == "track" else None

    def listen(check: int, network: Generator) -> None:
        # What is given no track is heard as it writes: the key that it would be moved to differs from check to check.
        at_work = MuseGAN(name, network, layout, settings.binarise, None if given is None else keys, given)
        bars = HEARD_PHRASES * settings.bars
        asked = Sampling(count=1, bars=bars if given is None else min(bars, given.longest), seed=HEARD_SEED)
        training.keep_heard(at_work.generate(asked), check, "check", tuple(track.name for track in layout.tracks))

    network, history = fit(
        name, material, settings, seed=seed, checkpoints=checkpoints, key=training.key, log=log, listen=listen
    )
    with training.sealed(out, layout.view, history, corpus_facts) as unfinished:
        saving.save(unfinished, network)
        (unfinished / "encoding.json").write_text(layout.to_json(), encoding="utf-8")
        if keys is not None:
            (unfinished / "keys.json").write_text(keys.to_json(), encoding="utf-8")
        if given is not None:
            given.save(unfinished / "given.npz")
    return read_manifest(out)


def _given(split: Split, layout: Layout, settings: params.MuseGAN) -> Given:
    """The given track of `split`, as such a track comes from a caller."""
    given = Given.of(split.bars, split.shift, settings.given)
    return given.by_its_own_key(settings.given, layout) if settings.key == "common" else given
