"""Blind listening: pairs of a person's music and a model's, told apart by ear alone: blind.html."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.evaluation.textures import EXCERPT_BEATS, Texture, excerpts, render
from counterpoint.notes.table import TICKS_PER_QUARTER, validate
from counterpoint.render.audio import TAIL_SECONDS
from counterpoint.render.mp3 import to_mp3
from counterpoint.report.document import data_address, write_document

_FULL = 0.75  # of an excerpt's length must be written, or its end gives it away
_PIANO, _VELOCITY = 0, 90


@dataclass(frozen=True, eq=False)
class Pair:
    """Two openings in one texture, alike in all but who wrote them: note tables of one piece each."""

    generator: str  # as readers shall see it, once the answers are given
    texture: Texture
    real: pd.DataFrame
    generated: pd.DataFrame


def pairs_of(
    real: pd.DataFrame,
    generated: Mapping[str, pd.DataFrame],
    *,
    texture: Texture,
    count: int,
    seed: int,
    beats: int = EXCERPT_BEATS,
) -> list[Pair]:
    """Up to `count` pairs for each generator, drawn without replacement; equal arguments give equal pairs.

    real, generated: note tables of whole pieces, the latter by generator as readers shall see it. Each is rendered in
    `texture`, moved to begin at once, cut to its first `beats` quarter notes, and left out if it ends before three
    quarters of them; every pitched note is played by the piano and all are equally loud, so that only the notes can
    tell. A piece of the held-out music is heard twice only by who judges two generators. A generator has no pair where
    no piece of one side is long enough.
    """
    people = _openings(real, texture, beats)
    pairs = []
    for number, (name, notes) in enumerate(sorted(generated.items())):
        models = _openings(notes, texture, beats)
        draw = np.random.default_rng([seed, number])
        chosen = zip(draw.permutation(len(people)), draw.permutation(len(models)), strict=False)
        pairs += [Pair(name, texture, people[one], models[other]) for one, other in list(chosen)[:count]]
    return pairs


def _openings(notes: pd.DataFrame, texture: Texture, beats: int) -> list[pd.DataFrame]:
    rendered = render(notes, texture)
    first = rendered.groupby("piece")["onset"].transform("min")
    cut = excerpts(validate(rendered.assign(onset=rendered["onset"] - first)), beats)
    openings = [opening for name, opening in cut.groupby("piece", sort=True) if f"{name}".endswith("#0000")]
    enough = _FULL * beats * TICKS_PER_QUARTER
    alike = [
        opening.assign(
            program=np.where(opening["is_drum"], opening["program"], _PIANO).astype(np.int16),
            velocity=np.int16(_VELOCITY),
        ).reset_index(drop=True)
        for opening in openings
    ]
    return [opening for opening in alike if (opening["onset"] + opening["duration"]).max() >= enough]


def write_blind(pairs: Sequence[Pair], path: Path, *, tempo_bpm: float) -> None:
    """Write the listening page to `path`: one HTML file that fetches and sends nothing. Equal pairs, equal bytes.

    All clips are of one length, tempo and size. The order of the pairs and the sides of each are drawn in the browser;
    in the file both stand in the order of their sounds' digests, and who wrote what is coded, not to be read by chance.
    Answers stay in the browser (localStorage) until they are reset. Without pairs the page says so, and runs nothing.
    """
    if not pairs:
        write_document("blind.html.j2", path, listening=None)
        return
    last_tick = max(
        int((side["onset"] + side["duration"]).max()) for pair in pairs for side in (pair.real, pair.generated)
    )
    seconds = last_tick / TICKS_PER_QUARTER * 60 / tempo_bpm + TAIL_SECONDS
    shown, answers = {}, {}
    for pair in pairs:
        sounds = [to_mp3(side, tempo_bpm=tempo_bpm, seconds=seconds, fill=True) for side in (pair.real, pair.generated)]
        names = [_opaque(sound) for sound in sounds]
        identity = _opaque("".join(sorted(names)).encode() + pair.generator.encode())
        clips = sorted(
            (
                {"id": name, "sound": data_address(sound, "audio/mpeg")}
                for name, sound in zip(names, sounds, strict=True)
            ),
            key=lambda clip: clip["id"],
        )
        shown[identity] = {"id": identity, "clips": clips}
        answers[identity] = {"person": names[0], "generator": f"{pair.generator}, {pair.texture}"}
    sealed = base64.b64encode(json.dumps(answers, sort_keys=True).encode()).decode()
    ordered = [shown[identity] for identity in sorted(shown)]
    listening = {"set": _opaque("".join(sorted(shown)).encode()), "pairs": ordered, "sealed": sealed}
    write_document("blind.html.j2", path, script="blind.js", listening=listening)


def _opaque(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
