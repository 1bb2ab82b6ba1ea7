"""The fields of every endpoint: each below, above, of the wrong type, not a number; and what a refusal says."""

import json
from typing import Any

import pytest

from counterpoint.models.generator import Sampling
from counterpoint.serving.request import (
    ENDPOINTS,
    FORMATS,
    EvaluateRequest,
    GenerateRequest,
    InterpolateRequest,
    RequestError,
    Writing,
    allowed,
    checked,
    parse,
)

GENERATE, INTERPOLATE, EVALUATE = (ENDPOINTS[path] for path in ("/generate", "/interpolate", "/evaluate"))
MAKING = [path for path in ENDPOINTS if path != "/evaluate"]  # the endpoints that write music

COUNT = "a whole number from 1 to 64"
LENGTH = "a whole number from 1 to 4096"
TEMPERATURE = "a number from 0 to 5"
DURATION_TEMPERATURE = "a number from 0 to 5 or null"
TOP_K = "a whole number from 0 to 10000"
TOP_P = "a number above 0 and at most 1"
BARS = "a whole number from 1 to 256"
NOISE_SCALE = "a number from 0 to 5"
SEED = "a whole number from 0 to 2147483647 or null"
TEMPO = "a number from 20 to 400 or null"
KEY = "a tonic, C to B, with # or b, such as F# or Bb"
FORMAT = "one of midi, musicxml, wav, svg, png, json, or a list of them"
STEPS = "a whole number from 2 to 64"
TEXTURE = "one of melody, chords, voices, band"

REFUSED = [
    ("count", "0", COUNT),
    ("count", "65", COUNT),
    ("count", "2.5", COUNT),
    ("count", '"3"', COUNT),
    ("count", "true", COUNT),
    ("count", "NaN", COUNT),
    ("count", "null", COUNT),
    ("length", "0", LENGTH),
    ("length", "4097", LENGTH),
    ("length", "[7]", LENGTH),
    ("length", "NaN", LENGTH),
    ("temperature", "-0.01", TEMPERATURE),
    ("temperature", "5.01", TEMPERATURE),
    ("temperature", '"hot"', TEMPERATURE),
    ("temperature", "false", TEMPERATURE),
    ("temperature", "NaN", TEMPERATURE),
    ("temperature", "Infinity", TEMPERATURE),
    ("temperature", "null", TEMPERATURE),
    ("duration_temperature", "-1", DURATION_TEMPERATURE),
    ("duration_temperature", "6", DURATION_TEMPERATURE),
    ("duration_temperature", "{}", DURATION_TEMPERATURE),
    ("duration_temperature", "NaN", DURATION_TEMPERATURE),
    ("top_k", "-1", TOP_K),
    ("top_k", "10001", TOP_K),
    ("top_k", "1.5", TOP_K),
    ("top_k", "NaN", TOP_K),
    ("top_p", "0", TOP_P),
    ("top_p", "1.01", TOP_P),
    ("top_p", '"0.9"', TOP_P),
    ("top_p", "NaN", TOP_P),
    ("bars", "0", BARS),
    ("bars", "257", BARS),
    ("bars", "1.5", BARS),
    ("noise_scale", "-0.5", NOISE_SCALE),
    ("noise_scale", "5.5", NOISE_SCALE),
    ("noise_scale", "NaN", NOISE_SCALE),
    ("seed", "-1", SEED),
    ("seed", "2147483648", SEED),
    ("seed", "0.5", SEED),
    ("seed", '"one"', SEED),
    ("seed", "NaN", SEED),
    ("tempo", "19.9", TEMPO),
    ("tempo", "400.5", TEMPO),
    ("tempo", '"90"', TEMPO),
    ("tempo", "true", TEMPO),
    ("tempo", "NaN", TEMPO),
    ("key", '"H"', KEY),
    ("key", '"c"', KEY),
    ("key", '"C##"', KEY),
    ("key", '"C\\n"', KEY),
    ("key", '"C major"', KEY),
    ("key", '""', KEY),
    ("key", "0", KEY),
    ("format", '"mp3"', FORMAT),
    ("format", '"MIDI"', FORMAT),
    ("format", "[]", FORMAT),
    ("format", '["midi", "mp3"]', FORMAT),
    ("format", '["midi", null]', FORMAT),
    ("format", "null", FORMAT),
    ("format", "1", FORMAT),
    ("format", json.dumps(["midi"] * 7), FORMAT),
]
REFUSED_OF_THE_WAY = [
    ("to", "-1", SEED),
    ("to", "2147483648", SEED),
    ("to", "1.5", SEED),
    ("to", '"8"', SEED),
    ("steps", "1", STEPS),
    ("steps", "65", STEPS),
    ("steps", "3.5", STEPS),
    ("steps", "true", STEPS),
    ("steps", "null", STEPS),
]
REFUSED_OF_MEASURING = [
    ("texture", '"jazz"', TEXTURE),
    ("texture", '"Melody"', TEXTURE),
    ("texture", '["melody"]', TEXTURE),
    ("texture", "4", TEXTURE),
    ("texture", "NaN", TEXTURE),
]


def refusal(endpoint: Any, body: bytes) -> RequestError:
    with pytest.raises(RequestError) as refused:
        parse(endpoint, body)
    return refused.value


@pytest.mark.parametrize(
    ("path", "field", "got", "expected"),
    [
        *(("/generate", *row) for row in REFUSED),
        *(("/interpolate", *row) for row in REFUSED_OF_THE_WAY),
        *(("/evaluate", *row) for row in REFUSED_OF_MEASURING),
    ],
)
def test_a_bad_value_is_refused_by_name(path: str, field: str, got: str, expected: str) -> None:
    refused = refusal(ENDPOINTS[path], f'{{"{field}": {got}}}'.encode())
    assert refused.status == 400
    assert json.loads(refused.json())["fields"] == [{"field": field, "got": got, "allowed": expected}]
    assert str(refused) == f"{field}: got {got}, allowed: {expected}"


def test_every_field_is_in_the_tables() -> None:
    generate = {field for field, _, _ in REFUSED}
    assert generate == set(GenerateRequest.model_fields) == set(Sampling.model_fields) | set(Writing.model_fields)
    assert generate | {field for field, _, _ in REFUSED_OF_THE_WAY} == set(InterpolateRequest.model_fields)
    assert {field for field, _, _ in REFUSED_OF_MEASURING} == set(EvaluateRequest.model_fields)


@pytest.mark.parametrize("path", MAKING)
@pytest.mark.parametrize(
    ("field", "value", "got", "expected"),
    [
        ("temperature", float("nan"), "NaN", TEMPERATURE),
        ("bars", 10**9, "1000000000", BARS),
        ("count", True, "true", COUNT),
        ("format", [], "[]", FORMAT),
        ("key", "H", '"H"', KEY),
        ("seed", 10**400, "1" + "0" * 78 + "…", SEED),
    ],
)
def test_every_endpoint_that_writes_refuses_alike(path: str, field: str, value: Any, got: str, expected: str) -> None:
    with pytest.raises(RequestError) as refused:
        checked(ENDPOINTS[path], {field: value})
    assert [(p.field, p.got, p.allowed) for p in refused.value.problems] == [(field, got, expected)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 1),
        ("count", 64),
        ("length", 1),
        ("length", 4096),
        ("temperature", 0),
        ("temperature", 5),
        ("duration_temperature", 0.0),
        ("duration_temperature", 5.0),
        ("duration_temperature", None),
        ("top_k", 0),
        ("top_k", 10_000),
        ("top_p", 1),
        ("top_p", 1e-9),
        ("bars", 1),
        ("bars", 256),
        ("noise_scale", 0),
        ("noise_scale", 5),
        ("seed", 0),
        ("seed", 2**31 - 1),
        ("tempo", 20),
        ("tempo", 400.0),
        ("tempo", None),
        ("key", None),
        ("to", 0),
        ("to", 2**31 - 1),
        ("steps", 2),
        ("steps", 64),
    ],
)
def test_the_ends_of_every_range_are_allowed(field: str, value: float | None) -> None:
    assert getattr(parse(INTERPOLATE, json.dumps({field: value}).encode()), field) == value


@pytest.mark.parametrize("texture", ["melody", "chords", "voices", "band", None])
def test_music_is_measured_as_any_texture(texture: str | None) -> None:
    assert parse(EVALUATE, json.dumps({"texture": texture}).encode()) == EvaluateRequest(texture=texture)


@pytest.mark.parametrize(
    ("asked", "formats"),
    [
        ({}, ("midi",)),
        ({"format": "wav"}, ("wav",)),
        ({"format": ["png"]}, ("png",)),
        ({"format": ["json", "midi"]}, ("midi", "json")),  # in one order, whatever was said first
        ({"format": ["svg", "svg", "midi", "svg"]}, ("midi", "svg")),
        ({"format": sorted(FORMATS)}, FORMATS),
        ({"format": ["wav"] * 6}, ("wav",)),
    ],
)
def test_formats_are_each_once_and_in_one_order(asked: dict[str, Any], formats: tuple[str, ...]) -> None:
    assert parse(GENERATE, json.dumps(asked).encode()).formats == formats


@pytest.mark.parametrize(
    ("key", "tonic"),
    [
        ("C", 0),
        ("C#", 1),
        ("Db", 1),
        ("D", 2),
        ("D#", 3),
        ("Eb", 3),
        ("E", 4),
        ("Fb", 4),
        ("E#", 5),
        ("F", 5),
        ("F#", 6),
        ("Gb", 6),
        ("G", 7),
        ("G#", 8),
        ("Ab", 8),
        ("A", 9),
        ("A#", 10),
        ("Bb", 10),
        ("B", 11),
        ("Cb", 11),
        ("B#", 0),
        (None, None),
    ],
)
def test_a_key_is_a_pitch_class(key: str | None, tonic: int | None) -> None:
    assert parse(GENERATE, json.dumps({"key": key}).encode()).tonic == tonic


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/generate", ""),
        ("/continue", "primer, "),
        ("/accompany", "track, "),
        ("/interpolate", ""),
        ("/evaluate", "midi, "),
    ],
)
def test_an_unknown_field_is_refused_with_the_fields_there_are(path: str, fields: str) -> None:
    (problem,) = refusal(ENDPOINTS[path], b'{"temprature": 0.7}').problems
    assert (problem.field, problem.got) == ("temprature", "0.7")
    own = ", ".join(ENDPOINTS[path].takes.model_fields)
    assert problem.allowed == f"no such field; the fields are {fields}{own}"


def test_the_fields_there_are_include_those_of_making_and_of_writing() -> None:
    (problem,) = refusal(INTERPOLATE, b'{"x": 1}').problems
    assert set(problem.allowed.removeprefix("no such field; the fields are ").split(", ")) == {
        *("count", "length", "temperature", "duration_temperature", "top_k", "top_p", "bars", "noise_scale", "seed"),
        *("tempo", "key", "format"),
        *("to", "steps"),
    }


def test_all_that_is_wrong_is_said_at_once() -> None:
    refused = refusal(GENERATE, b'{"count": 99, "top_p": 7, "format": [], "colour": "blue", "seed": 3}')
    assert {(p.field, p.got) for p in refused.problems} == {
        ("count", "99"),
        ("top_p", "7"),
        ("format", "[]"),
        ("colour", '"blue"'),
    }
    assert refused.problems[-1].field == "colour"


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("body", [b"", b"  \n", b"{}"])
def test_no_body_asks_for_the_defaults(path: str, body: bytes) -> None:
    assert parse(ENDPOINTS[path], body) == ENDPOINTS[path].takes()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{count: 1}", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 10_000, "not JSON"),
        (b'{"seed": ' + b"1" * 9_999 + b"}", "not JSON"),
        (b"[1, 2]", "the body is [1, 2]; expected a JSON object"),
        (b"null", "the body is null; expected a JSON object"),
    ],
)
def test_what_is_no_request(body: bytes, says: str) -> None:
    refused = refusal(GENERATE, body)
    assert refused.status == 400
    assert says in json.loads(refused.json())["error"]


def test_a_refusal_repeats_no_more_than_a_line_of_a_value() -> None:
    refused = refusal(GENERATE, json.dumps({"x" * 5000: "\ud800" * 500}).encode())
    assert refused.problems[0].field == "x" * 79 + "…"
    assert len(refused.json()) < 900


def test_a_refusal_names_a_dozen_fields_at_most() -> None:
    refused = refusal(GENERATE, json.dumps({f"f{n}": n for n in range(500)}).encode())
    assert len(refused.problems) == 12
    assert str(refused).endswith("; and 488 more")


def test_a_name_that_is_no_text_is_refused_too() -> None:
    assert refusal(GENERATE, b'{"\\ud800": 1}').status == 400


def test_a_given_seed_is_kept_and_a_missing_one_drawn() -> None:
    sampling = parse(GENERATE, b'{"seed": 41, "count": 3, "top_k": 5, "tempo": 99, "format": "wav"}').sampling()
    assert sampling == Sampling(seed=41, count=3, top_k=5)
    assert sampling.model_fields_set == {"seed", "count", "top_k"}  # what was left out is not asked for
    drawn = {parse(GENERATE, b"").sampling().seed for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= seed < 2**31 for seed in drawn)


def test_the_other_seed_is_kept_or_drawn_too() -> None:
    assert parse(INTERPOLATE, b'{"seed": 41, "to": 7}').other_seed() == 7
    assert parse(INTERPOLATE, b'{"to": 0}').other_seed() == 0
    drawn = {parse(INTERPOLATE, b'{"seed": 41}').other_seed() for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= seed < 2**31 for seed in drawn)


def test_what_is_allowed_reads_as_the_declaration_says() -> None:
    assert allowed(GENERATE, "top_p") == TOP_P
    assert allowed(GENERATE, "seed") == SEED
    assert allowed(INTERPOLATE, "steps") == STEPS
