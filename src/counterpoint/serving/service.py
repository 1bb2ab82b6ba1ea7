"""The BentoML service: `POST /generate`, `GET /model`, a page at `/`, and BentoML's `/readyz`, `/livez`, `/metrics`.

The model travels inside the Bento under the alias "champion". Its manifest is checked before anything is loaded; a
service whose model is damaged or missing stays alive, is not ready, and says why in its log and to whoever asks.
"""

import json
import logging
from pathlib import Path
from typing import Annotated, Any

import bentoml
from bentoml.exceptions import NotFound
from bentoml.validators import ContentType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models import catalog
from counterpoint.models.folder import ModelFolderError, verify
from counterpoint.models.generator import Generator, Sampling
from counterpoint.serving import page
from counterpoint.serving.answer import MIDI, answer
from counterpoint.serving.guard import Guard
from counterpoint.serving.request import GenerateRequest, RequestError

ALIAS = "champion"
MODEL_FILES = "model"  # the model folder, below the BentoML model
CARD = "card.md"  # the model card, beside it
TIMEOUT_SECONDS = 120
MAXIMUM_CONCURRENCY = 8
SHORT = {"length": 4, "bars": 1}  # of the pieces that a generator is warmed by

logger = logging.getLogger("bentoml.counterpoint")


def _version() -> str:
    bento = service.bento
    return "not-packaged" if bento is None else str(bento.tag.version)


def _about(folder: Path, card: Path, packaged: dict[str, Any]) -> dict[str, Any]:
    """What `GET /model` says of a verified model folder."""
    manifest = verify(folder)
    return {
        "version": _version(),
        "run": manifest.run_name,
        "generator": manifest.generator,
        "texture": manifest.texture,
        "digest": manifest.digest,
        "lineage": {
            "data": manifest.lineage.data,
            "code": manifest.lineage.code,
            "params": manifest.lineage.params,
        },
        "params": json.loads((folder / "params.json").read_text(encoding="utf-8")),
        "metrics": packaged.get("metrics"),
        "tempo_bpm": packaged["tempo_bpm"],
        "card": card.read_text(encoding="utf-8"),
    }


async def _model(_: Request) -> Response:
    loaded = bentoml.get_current_service()
    return JSONResponse(loaded.about) if loaded.about else JSONResponse({"error": loaded.problem}, 503)


@bentoml.asgi_app(Starlette(routes=[*page.ROUTES, Route("/model", _model)]), path="/")
class Counterpoint:
    """Music from a trained generator."""

    def __init__(self) -> None:
        self.generator: Generator | None = None
        self.about: dict[str, Any] = {}
        self.problem = ""
        try:
            stored = bentoml.models.get(ALIAS)
            folder = Path(stored.path_of(MODEL_FILES))
            about = _about(folder, Path(stored.path_of(CARD)), stored.info.metadata)
            self.generator = catalog.load(folder)
        except (ModelFolderError, NotFound) as error:
            self.problem = f"the model cannot be served: {error}"
            logger.error("not ready: %s", self.problem)
            return
        # Two pieces: the first is made alone, the others side by side, and each way is compiled once. Short ones.
        short = {name: least for name, least in SHORT.items() if name in self.generator.controls}
        self.generator.generate(Sampling(count=2, **short))
        self.about = about
        logger.info("model %s, version %s, is ready", about["run"], about["version"])

    def __is_ready__(self) -> bool:
        return self.generator is not None

    @bentoml.api
    def generate(self, request: GenerateRequest, /, context: bentoml.Context) -> Annotated[bytes, ContentType(MIDI)]:
        """One piece as a MIDI file, several as a zip of them. The seed is in X-Seed, the version in X-Model-Version."""
        if self.generator is None:
            context.response.status_code = 503
            context.response.headers["Content-Type"] = "application/json"
            return json.dumps({"error": self.problem}).encode()
        sampling = request.sampling()
        try:
            notes = self.generator.generate(sampling)
        except ValueError as error:  # a request that this model cannot serve
            context.response.status_code = 400
            context.response.headers["Content-Type"] = "application/json"
            return RequestError(400, str(error)).json()
        made = answer(
            notes,
            sampling,
            version=self.about["version"],
            tempo_bpm=self.about["tempo_bpm"],
            track_names=TRACK_NAMES[self.generator.texture],
        )
        context.response.headers["Content-Type"] = made.media_type
        context.response.headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
        context.response.headers["X-Seed"] = str(sampling.seed)
        return made.body


service = bentoml.service(
    Counterpoint,
    name="counterpoint",
    envs=[{"name": "BENTOML_DO_NOT_TRACK", "value": "True"}],
    traffic={"timeout": TIMEOUT_SECONDS, "max_concurrency": MAXIMUM_CONCURRENCY},
)
service.add_asgi_middleware(Guard, version=_version)
