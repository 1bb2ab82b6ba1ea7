"""The model that a Bento holds: verified, loaded, warm; what it can do, and what it says of itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models import catalog
from counterpoint.models.folder import Manifest, verify
from counterpoint.models.generator import Accompanist, Continuer, Generator, Interpolator, Sampling
from counterpoint.notes.table import note_table
from counterpoint.serving.measuring import described
from counterpoint.serving.request import ENDPOINTS, FORMATS, allowed

# What is asked at an endpoint → who could, where this model cannot.
WHO_COULD = {
    "continue": "attention_lstm and attention_lstm_chords continue",
    "accompany": "musegan_accompany accompanies",
    "interpolate": "musegan and crnn_gan interpolate",
}
_SHORT = {"length": 4, "bars": 1}  # of the pieces that a generator is warmed by


@dataclass(frozen=True, eq=False)
class Loaded:
    """about: what `GET /model` says. can: the names of the endpoints that it serves."""

    generator: Generator
    about: dict[str, Any]
    can: frozenset[str]

    @property
    def tempo_bpm(self) -> float:
        return float(self.about["tempo_bpm"])

    @property
    def track_names(self) -> tuple[str, ...]:
        return TRACK_NAMES[self.generator.texture]

    def refusal(self, doing: str) -> str:
        """Why what is asked at that endpoint is refused; "" where it is not."""
        if doing in self.can:
            return ""
        name = self.generator.name
        return f"the packaged model, {name}, cannot {doing}: {WHO_COULD[doing]}; GET /model says what it can"


def load(folder: Path, card: str, packaged: dict[str, Any], version: str) -> Loaded:
    """The generator of a model folder, each way it computes compiled once.

    packaged: what was packed beside it: tempo_bpm, metrics, aliases. Raises ModelFolderError.
    """
    manifest = verify(folder)
    settings = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    generator = catalog.load(folder)
    can = _can(generator, settings)
    # Two pieces: the first may be made another way than the others. Short ones.
    short = {name: least for name, least in _SHORT.items() if name in generator.controls}
    generator.generate(Sampling(count=2, **short))
    if isinstance(generator, Continuer):
        generator.continue_from(
            note_table(piece="warm", onset=[0, 24], duration=[24, 24], pitch=[60, 62]), Sampling(length=4)
        )
    return Loaded(generator, _about(manifest, settings, card, packaged, version, generator, can), can)


def _can(generator: Generator, settings: dict[str, Any]) -> frozenset[str]:
    accompanies = settings.get(generator.name, {}).get("conditioning", "none") != "none"
    ways = {
        "generate": True,
        "continue": isinstance(generator, Continuer),
        "accompany": isinstance(generator, Accompanist) and accompanies,
        "interpolate": isinstance(generator, Interpolator),
        "evaluate": True,
    }
    return frozenset(name for name, does in ways.items() if does)


def _about(
    manifest: Manifest,
    settings: dict[str, Any],
    card: str,
    packaged: dict[str, Any],
    version: str,
    generator: Generator,
    can: frozenset[str],
) -> dict[str, Any]:
    return {
        "version": version,
        "run": manifest.run_name,
        "generator": manifest.generator,
        "texture": manifest.texture,
        "aliases": packaged["aliases"],
        "digest": manifest.digest,
        "lineage": {
            "data": manifest.lineage.data,
            "code": manifest.lineage.code,
            "params": manifest.lineage.params,
        },
        "can": [path.removeprefix("/") for path in ENDPOINTS if path.removeprefix("/") in can],
        "cannot": {name: who for name, who in WHO_COULD.items() if name not in can},
        "controls": _controls(generator, can),
        "formats": list(FORMATS),
        "tracks": list(TRACK_NAMES[generator.texture]),
        "params": settings,
        "metrics": packaged.get("metrics"),
        "measures": described(manifest.texture, packaged.get("metrics") or {}),
        "tempo_bpm": packaged["tempo_bpm"],
        "card": card,
    }


def _controls(generator: Generator, can: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Field → what it is, for every field of a request that this model obeys."""
    endpoint = ENDPOINTS["/interpolate" if "interpolate" in can else "/generate"]
    properties = endpoint.takes.model_json_schema()["properties"]
    obeyed = [name for name in properties if name in generator.controls or name not in Sampling.model_fields]
    return {name: _control(properties[name]) | {"allowed": allowed(endpoint, name)} for name in obeyed}


def _control(declared: dict[str, Any]) -> dict[str, Any]:
    choices: list[dict[str, Any]] = declared.get("anyOf", [declared])
    number = next((one for one in choices if one.get("type") in ("integer", "number")), {})
    return {
        "description": declared.get("description", ""),
        "default": declared.get("default"),
        "kind": number.get("type", "text"),
        "minimum": number.get("minimum", number.get("exclusiveMinimum")),
        "maximum": number.get("maximum", number["exclusiveMaximum"] - 1 if "exclusiveMaximum" in number else None),
    }
