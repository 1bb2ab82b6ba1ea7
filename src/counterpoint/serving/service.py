"""The BentoML service: music by `POST`, `GET /model`, a page at `/`, and BentoML's `/readyz`, `/livez`, `/metrics`.

The model travels inside the Bento under the alias "champion". Its manifest is checked before anything is loaded; a
service whose model is damaged or missing stays alive, is not ready, and says why in its log and to whoever asks.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, cast

import bentoml
from bentoml.exceptions import NotFound
from bentoml.validators import ContentType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterpoint.models.folder import ModelFolderError
from counterpoint.serving import page
from counterpoint.serving.answer import ZIP, AnswerError, answer, in_key
from counterpoint.serving.guard import Guard
from counterpoint.serving.loaded import Loaded, load
from counterpoint.serving.making import Make, accompanied, continued, evaluated, generated, interpolated
from counterpoint.serving.rendering import Renderer, RenderingError, RenderingTimeout
from counterpoint.serving.request import (
    ASKED,
    Asked,
    EvaluateRequest,
    GenerateRequest,
    InterpolateRequest,
    RequestError,
)

ALIAS = "champion"
MODEL_FILES = "model"  # the model folder, below the BentoML model
CARD = "card.md"  # the model card, beside it
TIMEOUT_SECONDS = 120
DEADLINE_SECONDS = 60  # from a request to the end of rendering; a generation that has begun is not cut short
THREADS = 4  # that make music
SEEDS, REMARKS = ("X-Seed", "X-Seed-To"), "X-Remarks"

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


@bentoml.asgi_app(Starlette(routes=[*page.ROUTES, Route("/model", _model)]), path="/")
class Counterpoint:
    """Music from a trained generator."""

    def __init__(self) -> None:
        from prometheus_client import Counter  # not before BentoML has said where its processes count together

        # Beside BentoML's own, of requests and their latency, which name the version too.
        self.notes = Counter("counterpoint_notes", "notes written", ["model_version", "endpoint"])
        self.loaded: Loaded | None = None
        self.problem = ""
        self.places = threading.BoundedSemaphore(THREADS)
        self.renderer = Renderer(max(1, (os.cpu_count() or 1) // 2))
        try:
            stored = bentoml.models.get(ALIAS)
            card = Path(stored.path_of(CARD)).read_text(encoding="utf-8")
            loaded = load(Path(stored.path_of(MODEL_FILES)), card, stored.info.metadata, _version())
            self.renderer.wait()
        except (ModelFolderError, NotFound, OSError, RenderingError) as error:
            self.problem = f"the model cannot be served: {error}"
            logger.error("not ready: %s", self.problem)
            return
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
        return self._written("generate", generated)

    @bentoml.api(route="/continue", input_spec=Primed)
    def continue_(self, **_: Any) -> Sent:
        """Pieces that begin with the MIDI file `primer` and go on from it; its events count towards `length`."""
        return self._written("continue", continued)

    @bentoml.api(input_spec=Accompanied)
    def accompany(self, **_: Any) -> Sent:
        """The other tracks to the one in the MIDI file `track`, which is among them as it came."""
        return self._written("accompany", accompanied)

    @bentoml.api
    def interpolate(self, request: InterpolateRequest, /) -> Sent:
        """The way from the piece of `seed` to that of `to`, in `steps` pieces; seeds are in X-Seed and X-Seed-To."""
        return self._written("interpolate", interpolated)

    @bentoml.api(input_spec=Measured)
    def evaluate(self, **_: Any) -> dict[str, Any]:
        """The report's metrics of the MIDI file `midi`, beside the model's and held-out music's."""
        return self._answered("evaluate", lambda loaded, asked: JSONResponse(evaluated(loaded, asked)))

    def _written(self, doing: str, make: Make) -> Any:
        def write(loaded: Loaded, asked: Asked) -> Response:
            made = make(loaded, asked)
            request, music = cast(GenerateRequest, asked.request), made.music
            try:
                if request.tonic is not None:
                    music = replace(music, notes=in_key(music.notes, request.tonic))
                sent = answer(music, request.formats, self.renderer, _seconds_left(asked))
            except AnswerError as error:
                raise RequestError(400, str(error)) from error
            self.notes.labels(_version(), doing).inc(len(music.notes))
            headers = {"Content-Disposition": f'attachment; filename="{sent.filename}"'}
            headers |= {name: f"{seed}" for name, seed in zip(SEEDS, made.seeds, strict=False)}
            if made.remarks:
                headers[REMARKS] = "; ".join(made.remarks)
            return Response(sent.body, 200, headers, sent.media_type)

        return self._answered(doing, write)

    def _answered(self, doing: str, answered: Callable[[Loaded, Asked], Response]) -> Any:
        """The answer, or why there is none."""
        if self.loaded is None:
            return _refusal(RequestError(503, self.problem))
        if refusal := self.loaded.refusal(doing):
            return _refusal(RequestError(400, refusal))
        asked = ASKED.get()
        # BentoML takes another request where it gave one up, whose work goes on to its end.
        if not self.places.acquire(timeout=max(0.0, _seconds_left(asked))):
            return _refusal(RequestError(503, f"no time was found for this request within {DEADLINE_SECONDS} seconds"))
        try:
            return answered(self.loaded, asked)
        except RequestError as error:
            return _refusal(error)
        except RenderingTimeout as error:
            return _refusal(RequestError(504, str(error)))
        except RenderingError as error:
            return _refusal(RequestError(503, str(error)))
        finally:
            self.places.release()


def _seconds_left(asked: Asked) -> float:
    return DEADLINE_SECONDS - (monotonic() - asked.arrived)


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
