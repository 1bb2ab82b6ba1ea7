"""Stage `report`: every model beside every other and beside music to compare with, to read, to look at and to hear."""

from typing import cast

from counterpoint import params, paths
from counterpoint.evaluation.judge import distance_table
from counterpoint.evaluation.textures import TEXTURES, Texture
from counterpoint.report.blind import pairs_of, write_blind
from counterpoint.report.gather import report_contents, written_by
from counterpoint.report.page import write_report
from counterpoint.stages.material import split_music
from counterpoint.stages.stage import generators, run, written_beside

PAIRS = 8  # to listen to, of each generator


def main() -> None:
    settings, names = params.load(), sorted(generators())
    judged = [texture for texture in TEXTURES if paths.reference(texture).is_dir()]
    pairs = []
    for of, written in written_by(names).items():
        texture = cast(Texture, of)
        real = split_music(texture, settings)["test"]
        pairs += pairs_of(real, written, texture=texture, count=PAIRS, seed=settings.seed)
    contents = report_contents(names, judged, settings.tempo_bpm)
    rows = {texture.name: texture.rows for texture in contents.textures}
    with written_beside(paths.REPORT, paths.BLIND, paths.DISTANCES) as (report, blind, distances):
        write_report(contents, report)
        write_blind(pairs, blind, tempo_bpm=settings.tempo_bpm)
        distances.mkdir()
        for name in judged:  # a texture without rows has its table all the same, for dvc plots
            table = distance_table({row.title: row.judgement for row in rows.get(name, ())})
            table.to_csv(distances / f"{name}.csv", index=False, lineterminator="\n")
    print(f"{len(names)} generators in {paths.REPORT}, {len(pairs)} pairs to tell apart by ear in {paths.BLIND}")


if __name__ == "__main__":
    run(main)
