"""The page that a person opens to judge the models: report.html."""

from pathlib import Path

from counterpoint.report import champion, paper, plots
from counterpoint.report.contents import ReportContents, Texture
from counterpoint.report.document import write_document


def write_report(contents: ReportContents, path: Path) -> None:
    """Write the report to `path`: one HTML file with its pictures, scores and sounds, that fetches nothing.

    It can be read without a script, on a phone, in the dark, by keyboard and by ear. Numbers that are None are shown as
    a dash. Equal contents give equal bytes.
    """
    write_document(
        "report.html.j2",
        path,
        contents=contents,
        generators=contents.generators,
        answer=lambda texture: champion.answer(texture, contents.generators),
        nearest_first=champion.nearest_first,
        key_measures=champion.key_measures,
        measured=champion.measured,
        distance=champion.distance,
        scale_of=_scale,
        paper=[(texture, part) for texture in contents.textures for part in paper.parts(texture)],
        judged=lambda name: [
            (texture, row)
            for texture in contents.textures
            for row in texture.rows
            if row.kind == "generator" and row.name == name
        ],
    )


def _scale(texture: Texture) -> plots.Scale:
    estimates = [champion.distance(row) for row in texture.rows]
    return plots.scale([estimate.get(end) for estimate in estimates for end in ("value", "low", "high")])
