"""Stage `reference@TEXTURE`: held-out music, music by an n-gram, and music spoilt on purpose, judged as models are."""

import json
import sys
from typing import Any, cast

from counterpoint import params, paths
from counterpoint.evaluation.judge import distance_table, judge, prepare
from counterpoint.evaluation.textures import Texture
from counterpoint.models.ngram import references
from counterpoint.stages.material import split_music
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings, texture = params.load(), cast(Texture, name)
    music = split_music(texture, settings)
    rows = references.rows(texture, music, settings) if references.can_be(texture, music) else []
    judged: list[dict[str, Any]] = []
    if rows:
        bench = prepare(music["test"], music["train"], texture, seed=settings.seed)
        judged = [
            {"name": row.name, "title": row.title, "judgement": judge(row.notes, bench, numbered=True)} for row in rows
        ]
    distances = distance_table({row["title"]: row["judgement"] for row in judged})
    with written_beside(paths.reference(texture)) as (folder,):
        folder.mkdir()
        (folder / "rows.json").write_text(json.dumps(judged, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(
        distances.to_string(index=False)
        if judged
        else f"not every split has music that can be rendered as {texture}: no rows"
    )


if __name__ == "__main__":
    run(main, *sys.argv[1:])
