"""The BentoML service: music by `POST`, `GET /model`, a page at `/`, and BentoML's `/readyz`, `/livez`, `/metrics`.

The model travels inside the Bento under the alias "champion". Its manifest is checked before anything is loaded; a
service whose model is damaged or missing stays alive, is not ready, and says why in its log and to whoever asks.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, cast

import bentoml
import pandas as pd
from bentoml.exceptions import NotFound
from bentoml.validators import ContentType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterpoint.models.folder import ModelFolderError
from counterpoint.models.generator import Accompanist, Continuer, Interpolator
from counterpoint.notes.midi import MidiError, PieceFacts, read_midi
from counterpoint.serving import given, page
from counterpoint.serving.answer import ZIP, Music, answer, in_key
from counterpoint.serving.form import A_MIDI_FILE
from counterpoint.serving.guard import Guard
from counterpoint.serving.loaded import Loaded, load
from counterpoint.serving.measuring import measured
from counterpoint.serving.rendering import Renderer, RenderingTimeout
from counterpoint.serving.request import (
    ASKED,
    TEMPOS_BPM,
    Asked,
    EvaluateRequest,
    GenerateRequest,
    InterpolateRequest,
    RequestError,
    Texture,
    refused,
)

ALIAS = "champion"
MODEL_FILES = "model"  # the model folder, below the BentoML model
CARD = "card.md"  # the model card, beside it
TIMEOUT_SECONDS = 120
DEADLINE_SECONDS = 60  # of one answer
THREADS = 4
MOST_NOTES, MOST_BEATS = 20_000, 4_000  # of a file
REMARKS = "X-Remarks"

Sent = Annotated[bytes, ContentType(ZIP)]


class Primed(GenerateRequest):
    primer: Path


class Accompanied(GenerateRequest):
    track: Path


class Measured(EvaluateRequest):
    midi: Path


logger = logging.getLogger("bentoml.counterpoint")


def _version() -> str:
    bento = service.bento
    return "not-packaged" if bento is None else str(bento.tag.version)


async def _model(_: Request) -> Response:
    at_work = bentoml.get_current_service()
    return JSONResponse(at_work.loaded.about) if at_work.loaded else JSONResponse({"error": at_work.problem}, 503)


Make = Callable[["Loaded", Asked], "Made"]


@bentoml.asgi_app(Starlette(routes=[*page.ROUTES, Route("/model", _model)]), path="/")
class Counterpoint:
    """Music from a trained generator."""

    def __init__(self) -> None:
        from prometheus_client import Counter  # not before BentoML has said where its processes count together

        # Beside BentoML's own, of requests and their latency, which name the version too.
        self.notes = Counter("counterpoint_notes", "notes written", ["model_version", "endpoint"])
        self.loaded: Loaded | None = None
        self.problem = ""
        self.renderer = Renderer(max(1, (os.cpu_count() or 1) // 2))
        try:
            stored = bentoml.models.get(ALIAS)
            card = Path(stored.path_of(CARD)).read_text(encoding="utf-8")
            loaded = load(Path(stored.path_of(MODEL_FILES)), card, stored.info.metadata, _version())
        except (ModelFolderError, NotFound, OSError) as error:
            self.problem = f"the model cannot be served: {error}"
            logger.error("not ready: %s", self.problem)
            return
        self.renderer.wait()
        self.loaded = loaded
        logger.info("model %s, version %s, is ready", loaded.about["run"], _version())

    @bentoml.on_shutdown
    def close(self) -> None:
        self.renderer.close()

    def __is_ready__(self) -> bool:
        return self.loaded is not None

    @bentoml.api
    def generate(self, request: GenerateRequest, /) -> Sent:
        """Pieces out of nothing but a seed, which is in X-Seed; the version that made them is in X-Model-Version."""
        return self._written("generate", _generated)

    @bentoml.api(route="/continue", input_spec=Primed)
    def continue_(self, **_: Any) -> Sent:
        """Pieces that begin with the MIDI file `primer` and go on from it; its events count towards `length`."""
        return self._written("continue", _continued)

    @bentoml.api(input_spec=Accompanied)
    def accompany(self, **_: Any) -> Sent:
        """The other tracks to the one in the MIDI file `track`, which is among them as it came."""
        return self._written("accompany", _accompanied)

    @bentoml.api
    def interpolate(self, request: InterpolateRequest, /) -> Sent:
        """The way from the piece of `seed` to that of `to`, in `steps` pieces; seeds are in X-Seed and X-Seed-To."""
        return self._written("interpolate", _interpolated)

    @bentoml.api(input_spec=Measured)
    def evaluate(self, **_: Any) -> dict[str, Any]:
        """The report's metrics of the MIDI file `midi`, beside the model's and held-out music's."""
        return self._answered("evaluate", _evaluated)

    def _written(self, doing: str, make: Make) -> Any:
        def write(loaded: Loaded, asked: Asked) -> Response:
            begun = monotonic()
            made = make(loaded, asked)
            request, music = cast(GenerateRequest, asked.request), made.music
            if request.tonic is not None:
                music = replace(music, notes=in_key(music.notes, request.tonic))
            self.notes.labels(_version(), doing).inc(len(music.notes))
            sent = answer(music, request.formats, self.renderer, DEADLINE_SECONDS - (monotonic() - begun))
            headers = {"Content-Disposition": f'attachment; filename="{sent.filename}"'} | made.headers
            return Response(sent.body, 200, headers, sent.media_type)

        return self._answered(doing, write)

    def _answered(self, doing: str, answered: Callable[[Loaded, Asked], Response]) -> Any:
        """The answer, or why there is none."""
        if self.loaded is None:
            return _refusal(RequestError(503, self.problem))
        if refusal := self.loaded.refusal(doing):
            return _refusal(RequestError(400, refusal))
        try:
            return answered(self.loaded, ASKED.get())
        except RequestError as error:
            return _refusal(error)
        except RenderingTimeout as error:
            return _refusal(RequestError(504, str(error)))
        except ValueError as error:  # a request that this model cannot serve
            return _refusal(RequestError(400, str(error)))


@dataclass(frozen=True, eq=False)
class Made:
    music: Music
    headers: dict[str, str]


def _generated(loaded: Loaded, asked: Asked) -> Made:
    request = cast(GenerateRequest, asked.request)
    sampling = request.sampling()
    notes = loaded.generator.generate(sampling)
    return _made(loaded, request, notes, sampling.count, sampling.seed)


def _continued(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(GenerateRequest, asked.request), cast(Continuer, loaded.generator)
    sampling = request.sampling()
    given_notes, facts = _read(asked.file, "primer")
    try:
        primer = given.beginning(given_notes, loaded.generator.texture)
    except ValueError as error:
        raise refused("primer", str(error), "a MIDI file with a note that is not a drum's") from error
    notes = generator.continue_from(primer, sampling)
    return _made(loaded, request, notes, sampling.count, sampling.seed, facts, given.moved(facts))


def _accompanied(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(GenerateRequest, asked.request), cast(Accompanist, loaded.generator)
    sampling = request.sampling()
    given_notes, facts = _read(asked.file, "track")
    track, said = given.heard(given_notes, loaded.generator.texture)
    notes = generator.accompany(track, sampling)
    end = int((track["onset"] + track["duration"]).max())
    said = [*given.moved(facts), *said, *given.other_metre(facts, generator.layout.bar_ticks, end)]
    return _made(loaded, request, notes, sampling.count, sampling.seed, facts, said)


def _interpolated(loaded: Loaded, asked: Asked) -> Made:
    request, generator = cast(InterpolateRequest, asked.request), cast(Interpolator, loaded.generator)
    sampling, other = request.sampling(), request.other_seed()
    notes = generator.interpolate(sampling, other, request.steps)
    return _made(loaded, request, notes, request.steps, sampling.seed, to=other)


def _evaluated(loaded: Loaded, asked: Asked) -> Response:
    texture = cast(EvaluateRequest, asked.request).texture or cast(Texture, loaded.generator.texture)
    notes, facts = _read(asked.file, "midi")
    own = texture == loaded.generator.texture
    found = measured(notes, texture, (loaded.about["metrics"] or {}) if own else {})
    return JSONResponse({"texture": texture, "metrics": found, "remarks": given.moved(facts)})


def _made(
    loaded: Loaded,
    request: GenerateRequest,
    notes: pd.DataFrame,
    count: int,
    seed: int,
    facts: PieceFacts | None = None,
    said: Sequence[str] = (),
    to: int | None = None,
) -> Made:
    """facts: of the file that was given. said: what is to be said of it. to: the other seed, where there are two."""
    own_tempo = loaded.tempo_bpm if facts is None else min(max(facts.tempo_bpm, TEMPOS_BPM[0]), TEMPOS_BPM[1])
    music = Music(
        notes,
        count,
        loaded.generator.texture,
        _version(),
        f"{seed}" if to is None else f"{seed} to {to}",
        own_tempo if request.tempo is None else request.tempo,
        loaded.track_names,
    )
    headers = {"X-Seed": f"{seed}"} | ({} if to is None else {"X-Seed-To": f"{to}"})
    return Made(music, headers | ({REMARKS: "; ".join(said)} if said else {}))


def _read(file: bytes, field: str) -> tuple[pd.DataFrame, PieceFacts]:
    try:
        return read_midi(file, field, max_notes=MOST_NOTES, max_beats=MOST_BEATS)
    except MidiError as error:
        why, *_ = str(error).split(" (ingest.")  # which parameter of the pipeline allows more is no caller's matter
        raise refused(field, f"a file that cannot be read: {why}", A_MIDI_FILE) from error


def _refusal(error: RequestError) -> Response:
    return Response(error.json(), error.status, media_type="application/json")


service = bentoml.service(
    Counterpoint,
    name="counterpoint",
    envs=[{"name": "BENTOML_DO_NOT_TRACK", "value": "True"}],
    traffic={"timeout": TIMEOUT_SECONDS},
    threads=THREADS,
)
service.add_asgi_middleware(Guard, version=_version)
