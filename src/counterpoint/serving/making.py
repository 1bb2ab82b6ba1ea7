"""How each endpoint makes its music: from a checked request and the loaded model to pieces, and what is said of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from counterpoint.models.generator import Accompanist, Continuer, Interpolator
from counterpoint.notes.midi import MidiError, PieceFacts, read_midi
from counterpoint.serving import given
from counterpoint.serving.answer import Music
from counterpoint.serving.form import A_MIDI_FILE
from counterpoint.serving.loaded import Loaded
from counterpoint.serving.measuring import measured
from counterpoint.serving.request import (
    TEMPOS_BPM,
    Asked,
    EvaluateRequest,
    GenerateRequest,
    InterpolateRequest,
    RequestError,
    Texture,
    refused,
)

MOST_NOTES, MOST_BEATS = 20_000, 4_000  # of a file


@dataclass(frozen=True, eq=False)
class Made:
    """seeds: of the headers X-Seed and X-Seed-To. remarks: of X-Remarks, on a file that was given."""

    music: Music
    seeds: tuple[int, ...]
    remarks: Sequence[str] = ()


Make = Callable[[Loaded, Asked], Made]


def generated(loaded: Loaded, asked: Asked) -> Made:
    request = cast(GenerateRequest, asked.request)
    sampling = request.sampling()
    with _refusing():
        notes = loaded.generator.generate(sampling)
    return Made(_music(loaded, request, notes, sampling.count, sampling.seed), (sampling.seed,))


def continued(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(GenerateRequest, asked.request), cast(Continuer, loaded.generator)
    sampling = request.sampling()
    notes, facts = _read(asked.file, "primer")
    try:
        primer = given.beginning(notes, loaded.generator.texture)
    except ValueError as error:
        raise refused("primer", str(error), "a MIDI file with a note that is not a drum's") from error
    with _refusing():
        notes = generator.continue_from(primer, sampling)
    music = _music(loaded, request, notes, sampling.count, sampling.seed, own_tempo=facts.tempo_bpm)
    return Made(music, (sampling.seed,), given.moved(facts))


def accompanied(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(GenerateRequest, asked.request), cast(Accompanist, loaded.generator)
    sampling = request.sampling()
    notes, facts = _read(asked.file, "track")
    track, said = given.heard(notes, loaded.generator.texture)
    with _refusing():
        notes = generator.accompany(track, sampling)
    end = int((track["onset"] + track["duration"]).max())
    music = _music(loaded, request, notes, sampling.count, sampling.seed, own_tempo=facts.tempo_bpm)
    said = [*given.moved(facts), *said, *given.other_metre(facts, generator.layout.bar_ticks, end)]
    return Made(music, (sampling.seed,), said)


def interpolated(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(InterpolateRequest, asked.request), cast(Interpolator, loaded.generator)
    sampling, other = request.sampling(), request.other_seed()
    with _refusing():
        notes = generator.interpolate(sampling, other, request.steps)
    music = _music(loaded, request, notes, request.steps, f"{sampling.seed} to {other}")
    return Made(music, (sampling.seed, other))


def evaluated(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    texture = cast(EvaluateRequest, asked.request).texture or cast(Texture, loaded.generator.texture)
    notes, facts = _read(asked.file, "midi")
    figures = (loaded.about["metrics"] or {}) if texture == loaded.generator.texture else {}
    with _refusing():
        return {"texture": texture, "metrics": measured(notes, texture, figures), "remarks": given.moved(facts)}


@contextmanager
def _refusing() -> Iterator[None]:
    """What a model says that it cannot do is the caller's to mend."""
    try:
        yield
    except ValueError as error:
        raise RequestError(400, str(error)) from error


def _music(
    loaded: Loaded,
    request: GenerateRequest,
    notes: pd.DataFrame,
    count: int,
    seed: int | str,
    own_tempo: float | None = None,
) -> Music:
    """own_tempo: of the file that was given, if any; else it is the model's."""
    tempo_bpm = loaded.tempo_bpm if own_tempo is None else min(max(own_tempo, TEMPOS_BPM[0]), TEMPOS_BPM[1])
    return Music(
        notes=notes,
        count=count,
        texture=loaded.generator.texture,
        model=loaded.about["version"],
        seed=f"{seed}",
        tempo_bpm=tempo_bpm if request.tempo is None else request.tempo,
        track_names=loaded.track_names,
    )


def _read(file: bytes, field: str) -> tuple[pd.DataFrame, PieceFacts]:
    try:
        return read_midi(file, field, max_notes=MOST_NOTES, max_beats=MOST_BEATS)
    except MidiError as error:
        why, *_ = str(error).split(" (ingest.")  # which parameter of the pipeline allows more is no caller's matter
        raise refused(field, f"a file that cannot be read: {why}", A_MIDI_FILE) from error
