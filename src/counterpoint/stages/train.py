"""Stage `train@MODEL`: one generator, trained and sealed in models/MODEL, its epochs to be watched in MLflow."""

import sys

from counterpoint import params, paths
from counterpoint.models import catalog
from counterpoint.models.folder import Lineage, sha256_json, sha256_tree
from counterpoint.registry.live import LiveRun
from counterpoint.stages.stage import run, source_of


def main(name: str) -> None:
    everything = params.load()
    settings = getattr(everything.models, name)
    chosen = {"seed": everything.seed, name: settings.model_dump(mode="json")}
    encoding = catalog.encoding(name)
    vocabulary, encoded = paths.vocabulary(encoding), paths.encoded(encoding)
    lineage = Lineage(
        data=sha256_tree([vocabulary, encoded]),
        code=sha256_tree(source_of("train", name)),
        params=sha256_json(chosen),
    )
    with LiveRun(lineage.digest, name, chosen) as run:
        manifest = catalog.trainer(name)(
            encoded,
            vocabulary,
            settings,
            seed=everything.seed,
            out=paths.model(name),
            lineage=lineage,
            corpus_facts=paths.FACTS,
            log=run.log,
            checkpoints=paths.CHECKPOINTS,
        )
        run.finish(manifest.digest)
    print(f"{manifest.run_name}: {paths.model(name)}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
