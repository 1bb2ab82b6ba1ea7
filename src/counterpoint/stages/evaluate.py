"""Stage `evaluate@MODEL`: what the model wrote, judged by held-out music; and what only its kind can be judged by."""

import json
import sys
from typing import cast, get_args

from counterpoint import params, paths
from counterpoint.encodings.events import Texture as EventTexture
from counterpoint.evaluation.judge import failed_guards, judge
from counterpoint.evaluation.textures import Texture
from counterpoint.models import catalog, scoring
from counterpoint.models.folder import given_track
from counterpoint.notes.table import read_notes
from counterpoint.stages.material import bench
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings, folder, encoding = params.load(), paths.model(name), catalog.encoding(name)
    own = cast(Texture, catalog.texture(name, settings))
    given, chosen = given_track(folder), settings.evaluate
    written = read_notes(paths.samples(name) / "notes.parquet")
    # As melody all generators can be compared, and each by the very lines that melody models and reference rows are;
    # but the highest line over an accompaniment is a person's.
    textures = [own] if given is not None else [own, "melody"]
    benches = {texture: bench(texture, settings) for texture in dict.fromkeys(textures)}
    judgements = {texture: judge(written, against, numbered=True) for texture, against in benches.items()}
    failed = failed_guards(
        written,
        judgements[own],
        benches[own],
        asked=getattr(settings.sample, name).count,
        copying_margin=chosen.copying_margin,
        least_diversity=chosen.least_diversity,
    )
    with written_beside(paths.evaluation(name)) as (out,):
        out.mkdir()
        scoring.write_training(folder, out, name, own)
        encoded, vocabulary = paths.encoded(encoding), paths.vocabulary(encoding)
        found = {
            **scoring.judged_figures(judgements, own, given),
            **scoring.pairing_figures(written, given),
        }
        if encoding in get_args(EventTexture):  # no other has a likelihood, and loading one takes seconds
            found |= scoring.likelihood_figures(
                folder, encoded, vocabulary, out, orders=chosen.ngram_orders, seed=settings.seed
            )
        for file, content in {"metrics": found, "guards": {"failed": failed}, "judgements": judgements}.items():
            scoring.write_json(out / f"{file}.json", content)
    print(json.dumps(found, indent=1))
    for guard, reason in failed.items():
        print(f"{name} failed the guard {guard}: {reason}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
