"""What `POST /generate` takes, and what it says when it cannot."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from counterpoint.models import ranges
from counterpoint.models.generator import Sampling

MAXIMUM_BODY_BYTES = 16 * 1024
SEED_LIMIT = 2**31
_SHOWN_CHARACTERS = 80
_SHOWN_PROBLEMS = 12


class GenerateRequest(Sampling):
    """The body of `POST /generate`: `Sampling`, whose seed may be left to the service."""

    # wider than Sampling's on purpose: only here may a seed be absent
    seed: int | None = Field(  # type: ignore[assignment]
        None, ge=0, lt=SEED_LIMIT, description="the same seed brings the same music; default: a random one, in X-Seed"
    )

    def sampling(self) -> Sampling:
        """The request as a generator takes it, with a seed drawn if none was given; what was left out stays unset."""
        seed = secrets.randbelow(SEED_LIMIT) if self.seed is None else self.seed
        return Sampling.model_validate(self.model_dump(exclude_unset=True) | {"seed": seed})


@dataclass(frozen=True)
class FieldProblem:
    field: str
    got: str
    allowed: str


class RequestError(ValueError):
    """A body that cannot be served: the HTTP status, a sentence, and every field that is wrong."""

    def __init__(self, status: int, message: str, problems: tuple[FieldProblem, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = problems

    def json(self) -> bytes:
        fields = [{"field": p.field, "got": p.got, "allowed": p.allowed} for p in self.problems]
        return json.dumps({"error": str(self), "fields": fields}).encode() + b"\n"


def parse(body: bytes) -> GenerateRequest:
    """The request in a JSON body; an empty body asks for the defaults. Raises RequestError.

    Types are strict: "3" and true are no numbers.
    """
    if len(body) > MAXIMUM_BODY_BYTES:
        raise RequestError(413, f"the body has more than {MAXIMUM_BODY_BYTES} bytes")
    if not body.strip():
        return GenerateRequest()
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
    known = {name: value for name, value in content.items() if name in GenerateRequest.model_fields}
    wrong = [name for name in content if name not in known]
    try:
        request = GenerateRequest.model_validate(known, strict=True)
    except ValidationError as error:
        wrong = list(dict.fromkeys(str(e["loc"][0]) for e in error.errors())) + wrong
    if wrong:
        raise _refusal(content, wrong)
    return request


def _refusal(content: dict[str, Any], wrong: list[str]) -> RequestError:
    shown = wrong[:_SHOWN_PROBLEMS]
    problems = tuple(FieldProblem(_clip(name), _show(content[name]), allowed(name)) for name in shown)
    sentences = [ranges.refusal(p.field, p.got, p.allowed) for p in problems]
    if len(wrong) > len(shown):
        sentences.append(f"and {len(wrong) - len(shown)} more")
    return RequestError(400, "; ".join(sentences), problems)


def allowed(name: str) -> str:
    """What a field may hold, in words, read off its declaration."""
    properties = GenerateRequest.model_json_schema()["properties"]
    if name not in properties:
        return f"no such field; the fields are {', '.join(properties)}"
    declared = properties[name]
    nullable = {"type": "null"} in declared.get("anyOf", [])
    return ranges.allowed(declared) + " or null" * nullable


def _show(value: Any) -> str:
    return _clip(json.dumps(value))


def _clip(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
