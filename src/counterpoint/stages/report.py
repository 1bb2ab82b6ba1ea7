"""Stage `report`: every model beside every other and beside music to compare with, to read, to look at and to hear."""

from typing import cast

from counterpoint import params, paths
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
    for name, written in written_by(names).items():
        texture = cast(Texture, name)
        real = split_music(texture, settings)["test"]
        pairs += pairs_of(real, written, texture=texture, count=PAIRS, seed=settings.seed)
    with written_beside(paths.REPORT, paths.BLIND) as (report, blind):
        write_report(report_contents(names, judged, settings.tempo_bpm), report)
        write_blind(pairs, blind, tempo_bpm=settings.tempo_bpm)
    print(f"{len(names)} generators in {paths.REPORT}, {len(pairs)} pairs to tell apart by ear in {paths.BLIND}")


if __name__ == "__main__":
    run(main)
