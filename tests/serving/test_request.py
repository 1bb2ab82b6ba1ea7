"""The body of POST /generate: every field below, above, of the wrong type, not a number; and what a refusal says."""

import json

import pytest

from counterpoint.models.generator import Sampling
from counterpoint.serving.request import MAXIMUM_BODY_BYTES, GenerateRequest, RequestError, allowed, parse

COUNT = "a whole number from 1 to 64"
LENGTH = "a whole number from 1 to 4096"
TEMPERATURE = "a number from 0 to 5"
DURATION_TEMPERATURE = "a number from 0 to 5 or null"
TOP_K = "a whole number from 0 to 10000"
TOP_P = "a number above 0 and at most 1"
BARS = "a whole number from 1 to 256"
NOISE_SCALE = "a number from 0 to 5"
SEED = "a whole number from 0 to 2147483647 or null"

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
]


@pytest.mark.parametrize(("field", "got", "expected"), REFUSED)
def test_a_bad_value_is_refused_by_name(field: str, got: str, expected: str) -> None:
    with pytest.raises(RequestError) as refusal:
        parse(f'{{"{field}": {got}}}'.encode())
    assert refusal.value.status == 400
    assert json.loads(refusal.value.json())["fields"] == [{"field": field, "got": got, "allowed": expected}]
    assert str(refusal.value) == f"{field}: got {got}, allowed: {expected}"


def test_every_field_is_in_the_table() -> None:
    assert {field for field, _, _ in REFUSED} == set(GenerateRequest.model_fields) == set(Sampling.model_fields)


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
    ],
)
def test_the_ends_of_every_range_are_allowed(field: str, value: float | None) -> None:
    assert getattr(parse(json.dumps({field: value}).encode()), field) == value


def test_an_unknown_field_is_refused_with_the_fields_there_are() -> None:
    with pytest.raises(RequestError) as refusal:
        parse(b'{"temprature": 0.7}')
    (problem,) = refusal.value.problems
    assert (problem.field, problem.got) == ("temprature", "0.7")
    assert problem.allowed == (
        "no such field; the fields are count, length, temperature, duration_temperature, top_k, top_p, "
        "bars, noise_scale, seed"
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RequestError) as refusal:
        parse(b'{"count": 99, "top_p": 7, "colour": "blue", "seed": 3}')
    assert [(p.field, p.got) for p in refusal.value.problems] == [("count", "99"), ("top_p", "7"), ("colour", '"blue"')]


@pytest.mark.parametrize("body", [b"", b"  \n", b"{}"])
def test_no_body_asks_for_the_defaults(body: bytes) -> None:
    assert parse(body) == GenerateRequest()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{count: 1}", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 10_000, 400, "not JSON"),
        (b"[1, 2]", 400, "the body is [1, 2]; expected a JSON object"),
        (b"null", 400, "the body is null; expected a JSON object"),
        (b" " * (MAXIMUM_BODY_BYTES + 1), 413, "more than 16384 bytes"),
    ],
)
def test_what_is_no_request(body: bytes, status: int, says: str) -> None:
    with pytest.raises(RequestError) as refusal:
        parse(body)
    assert refusal.value.status == status
    assert says in json.loads(refusal.value.json())["error"]


def test_a_refusal_repeats_no_more_than_a_line_of_a_value() -> None:
    with pytest.raises(RequestError) as refusal:
        parse(json.dumps({"x" * 5000: "\ud800" * 500}).encode())
    assert refusal.value.problems[0].field == "x" * 79 + "…"
    assert len(refusal.value.json()) < 800


def test_a_refusal_names_a_dozen_fields_at_most() -> None:
    with pytest.raises(RequestError) as refusal:
        parse(json.dumps({f"f{n}": n for n in range(500)}).encode())
    assert len(refusal.value.problems) == 12
    assert str(refusal.value).endswith("; and 488 more")


def test_a_name_that_is_no_text_is_refused_too() -> None:
    with pytest.raises(RequestError) as refusal:
        parse(b'{"\\ud800": 1}')
    assert refusal.value.status == 400


def test_a_given_seed_is_kept_and_a_missing_one_drawn() -> None:
    sampling = parse(b'{"seed": 41, "count": 3, "top_k": 5}').sampling()
    assert sampling == Sampling(seed=41, count=3, top_k=5)
    assert sampling.model_fields_set == {"seed", "count", "top_k"}  # what was left out is not asked for
    drawn = {parse(b"").sampling().seed for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= seed < 2**31 for seed in drawn)


def test_what_is_allowed_reads_as_the_declaration_says() -> None:
    assert allowed("top_p") == TOP_P
    assert allowed("seed") == SEED
