"""What each endpoint takes, and what it says when it cannot.

A request is checked before BentoML reads it (`guard`), so that what is wrong is named: the field, what came, what is
allowed.
"""

import json
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterpoint.models import ranges
from counterpoint.models.generator import MOST_PIECES, Sampling

SEED_LIMIT = 2**31
TEMPOS_BPM = (20.0, 400.0)
Format = Literal["midi", "musicxml", "wav", "svg", "png", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
A_TONIC = "a tonic, C to B, with # or b, such as F# or Bb"
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TONIC = "[A-G][#b]?"
Texture = Literal["melody", "chords", "voices", "band"]
_WORDS = {  # what a field that is no number may hold
    "key": A_TONIC,
    "format": f"one of {', '.join(FORMATS)}, or a list of them",
    "texture": f"one of {', '.join(get_args(Texture))}",
}
_SHOWN_CHARACTERS = 80
_SHOWN_PROBLEMS = 12


class Writing(BaseModel):
    """How music is written down, whoever makes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    tempo: float | None = Field(
        None,
        ge=TEMPOS_BPM[0],
        le=TEMPOS_BPM[1],
        description="quarter notes a minute, of MIDI and sound; default: the model's, or the file's",
    )
    key: str | None = Field(
        None,
        pattern=f"^{_TONIC}$",
        description="every piece is moved so that its tonic is this; default: the key it is written in",
    )
    format: Format | Annotated[list[Format], Field(min_length=1, max_length=len(FORMATS))] = Field(
        "midi", description="of the answer; several come as a zip"
    )

    @property
    def formats(self) -> tuple[Format, ...]:
        """Those that are asked for, each once, in the order of `FORMATS`."""
        asked = [self.format] if isinstance(self.format, str) else self.format
        return tuple(name for name in FORMATS if name in asked)

    @property
    def tonic(self) -> int | None:
        """The pitch class of `key`, 0 C to 11 B."""
        return None if self.key is None else pitch_class(self.key)


class GenerateRequest(Writing, Sampling):
    """The body of `POST /generate`, and the fields of `/continue` and `/accompany`.

    It is `Sampling`, whose seed may be left to the service, and `Writing`.
    """

    # wider than Sampling's on purpose: only here may a seed be absent
    seed: int | None = Field(  # type: ignore[assignment]
        None, ge=0, lt=SEED_LIMIT, description="the same seed brings the same music; default: a random one, in X-Seed"
    )

    def sampling(self) -> Sampling:
        """The request as a generator takes it, with a seed drawn if none was given; what was left out stays unset."""
        said = {name: getattr(self, name) for name in Sampling.model_fields if name in self.model_fields_set}
        return Sampling.model_validate(said | {"seed": _drawn(self.seed)})


class InterpolateRequest(GenerateRequest):
    """The body of `POST /interpolate`."""

    to: int | None = Field(
        None, ge=0, lt=SEED_LIMIT, description="the seed of the last piece; default: a random one, in X-Seed-To"
    )
    steps: int = Field(5, ge=2, le=MOST_PIECES, description="how many pieces, both ends among them")

    def other_seed(self) -> int:
        return _drawn(self.to)


class EvaluateRequest(BaseModel):
    """The fields of `POST /evaluate`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    texture: Texture | None = Field(None, description="what the music is brought to; default: the model's")


@dataclass(frozen=True)
class Endpoint:
    """takes: the fields. file: the name of the field that holds a MIDI file, if there is one."""

    takes: type[BaseModel]
    file: str | None = None


ENDPOINTS = {
    "/generate": Endpoint(GenerateRequest),
    "/continue": Endpoint(GenerateRequest, "primer"),
    "/accompany": Endpoint(GenerateRequest, "track"),
    "/interpolate": Endpoint(InterpolateRequest),
    "/evaluate": Endpoint(EvaluateRequest, "midi"),
}


@dataclass(frozen=True)
class Asked:
    """A checked request.

    file: the MIDI file that came with it, where the endpoint takes one. arrived: when, by `time.monotonic`.
    """

    request: BaseModel
    file: bytes = b""
    arrived: float = field(default_factory=monotonic, compare=False)


# Of the request at work: BentoML's own reading of it no longer tells what was set from what was left out.
ASKED: ContextVar[Asked] = ContextVar("asked")


@dataclass(frozen=True)
class FieldProblem:
    field: str
    got: str
    allowed: str


class RequestError(ValueError):
    """What cannot be served: the HTTP status, a sentence, and every field that is wrong."""

    def __init__(self, status: int, message: str, problems: tuple[FieldProblem, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = problems

    def json(self) -> bytes:
        fields = [{"field": p.field, "got": p.got, "allowed": p.allowed} for p in self.problems]
        return json.dumps({"error": str(self), "fields": fields}).encode() + b"\n"


def refused(field: str, got: str, what_is_allowed: str) -> RequestError:
    """The refusal of one field. got: in words."""
    problem = FieldProblem(field, got, what_is_allowed)
    return RequestError(400, ranges.refusal(field, got, what_is_allowed), (problem,))


def pitch_class(tonic: str) -> int:
    """0 for C to 11 for B. Raises ValueError for what is not `A_TONIC`."""
    if not re.fullmatch(_TONIC, tonic):
        raise ValueError(f"{tonic} is not {A_TONIC}")
    return (_NATURALS[tonic[0]] + {"": 0, "#": 1, "b": -1}[tonic[1:]]) % 12


def parse(endpoint: Endpoint, body: bytes) -> BaseModel:
    """The request in a JSON body; an empty body asks for the defaults. Raises RequestError.

    Types are strict: "3" and true are no numbers.
    """
    if not body.strip():
        return endpoint.takes()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(
            400, f'the body is not JSON ({error}); expected an object such as {{"count": 2, "seed": 1}}'
        ) from None
    if not isinstance(content, dict):
        raise RequestError(
            400, f'the body is {_show(content)}; expected a JSON object such as {{"count": 2, "seed": 1}}'
        )
    return checked(endpoint, content)


def checked(endpoint: Endpoint, content: Mapping[str, Any]) -> BaseModel:
    """The request with these fields. Raises RequestError, which names every wrong one."""
    known = {name: value for name, value in content.items() if name in endpoint.takes.model_fields}
    wrong = [name for name in content if name not in known]
    try:
        request = endpoint.takes.model_validate(known, strict=True)
    except ValidationError as error:
        wrong = list(dict.fromkeys(str(e["loc"][0]) for e in error.errors())) + wrong
    if wrong:
        raise _refusal(endpoint, content, wrong)
    return request


def _refusal(endpoint: Endpoint, content: Mapping[str, Any], wrong: list[str]) -> RequestError:
    shown = wrong[:_SHOWN_PROBLEMS]
    problems = tuple(FieldProblem(_clip(name), _show(content[name]), allowed(endpoint, name)) for name in shown)
    sentences = [ranges.refusal(p.field, p.got, p.allowed) for p in problems]
    if len(wrong) > len(shown):
        sentences.append(f"and {len(wrong) - len(shown)} more")
    return RequestError(400, "; ".join(sentences), problems)


def allowed(endpoint: Endpoint, name: str) -> str:
    """What a field may hold, in words, read off its declaration."""
    properties = endpoint.takes.model_json_schema()["properties"]
    if name not in properties:
        known = [*filter(None, [endpoint.file]), *properties]
        return f"no such field; the fields are {', '.join(known)}"
    declared = properties[name]
    nullable = {"type": "null"} in declared.get("anyOf", [])
    return _WORDS.get(name) or ranges.allowed(declared) + " or null" * nullable


def _drawn(seed: int | None) -> int:
    return secrets.randbelow(SEED_LIMIT) if seed is None else seed


def _show(value: Any) -> str:
    return _clip(json.dumps(value))


def _clip(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
