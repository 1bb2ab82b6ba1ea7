"""A form with one MIDI file: what it becomes, and that nothing else is taken, let alone fetched."""

import asyncio
import json
from http.server import ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from counterpoint.serving import form
from counterpoint.serving.request import ENDPOINTS, Asked, EvaluateRequest, GenerateRequest, RequestError

from .forms import BOUNDARY, MULTIPART, fields, multipart, part

CONTINUE, EVALUATE = ENDPOINTS["/continue"], ENDPOINTS["/evaluate"]
TUNE = write_midi(note_table(piece="tune", onset=[0, 24], duration=24, pitch=[60, 67]), tempo_bpm=90.0)
PRIMER = part("primer", TUNE, "tune.mid")


def read(body: bytes, kind: str = MULTIPART, endpoint: Any = CONTINUE) -> Asked:
    scope = {"type": "http", "headers": [(b"content-type", kind.encode("latin-1"))] if kind else []}
    return asyncio.run(form.read(scope, body, endpoint))


def refusal(body: bytes, kind: str = MULTIPART, endpoint: Any = CONTINUE) -> RequestError:
    with pytest.raises(RequestError) as refused:
        read(body, kind, endpoint)
    return refused.value


def said(body: bytes) -> tuple[int, list[tuple[str, str, str]]]:
    refused = refusal(body)
    return refused.status, [(p.field, p.got, p.allowed) for p in refused.problems]


def test_a_form_becomes_a_request_and_a_file() -> None:
    asked = read(multipart(PRIMER, fields([("seed", "3"), ("temperature", "0.5"), ("key", "F#"), ("format", "wav")])))
    assert asked.file == TUNE
    assert asked.request == GenerateRequest(seed=3, temperature=0.5, key="F#", format="wav")
    assert asked.request.model_fields_set == {"seed", "temperature", "key", "format"}


def test_a_file_alone_asks_for_the_defaults() -> None:
    assert read(multipart(PRIMER)).request == GenerateRequest()
    measured = read(multipart(part("midi", TUNE, "tune.mid"), fields([("texture", "band")])), endpoint=EVALUATE)
    assert (measured.request, measured.file) == (EvaluateRequest(texture="band"), TUNE)


def test_the_file_may_come_last_and_bear_any_name() -> None:
    asked = read(multipart(fields([("seed", "3")]), part("primer", TUNE, "../../Größe \\ ½.exe")))
    assert (asked.request, asked.file) == (GenerateRequest(seed=3), TUNE)


@pytest.mark.parametrize(
    "texts",
    [
        [("format", "png"), ("format", "midi"), ("format", "json")],
        [("format", '["midi", "png", "json"]')],
        [("format", "json"), ("seed", "1"), ("format", "png"), ("format", "midi"), ("format", "midi")],
    ],
)
def test_several_formats_come_as_several_fields_or_as_a_list(texts: list[tuple[str, str]]) -> None:
    request = read(multipart(fields(texts), PRIMER)).request
    assert isinstance(request, GenerateRequest)
    assert request.formats == ("midi", "png", "json")


@pytest.mark.parametrize(
    ("field", "text", "got"),
    [
        ("seed", "three", '"three"'),
        ("seed", "3.5", "3.5"),
        ("seed", "true", "true"),
        ("seed", "", '""'),
        ("seed", "1" * 5000, '"' + "1" * 78 + "…"),
        ("temperature", "NaN", "NaN"),
        ("temperature", '{"a": 1}', '"{\\"a\\": 1}"'),
        ("bars", "1000000000", "1000000000"),
        ("format", "[]", "[]"),
        ("format", "mp3", '"mp3"'),
        ("key", "H", '"H"'),
        ("key", "1", "1"),
        ("key", "[" * 5000, '"' + "[" * 78 + "…"),
        ("colour", "blue", '"blue"'),
    ],
)
def test_a_bad_field_is_refused_by_name_as_in_json(field: str, text: str, got: str) -> None:
    status, [(name, came, allowed)] = said(multipart(PRIMER, fields([(field, text)])))
    assert (status, name, came) == (400, field, got)
    assert allowed


def test_a_field_that_comes_twice_is_refused_where_one_is_meant() -> None:
    _, [problem] = said(multipart(PRIMER, fields([("seed", "1"), ("seed", "2")])))
    assert problem[:2] == ("seed", "[1, 2]")


ONE = "one MIDI file"


@pytest.mark.parametrize(
    ("parts", "field", "got", "allowed"),
    [
        ([fields([("seed", "1")])], "primer", "nothing", ONE),
        ([part("track", TUNE, "tune.mid")], "primer", "nothing", ONE),
        ([part("primer", TUNE)], "primer", "text, not a file", ONE),
        ([PRIMER, fields([("primer", "http://localhost/")])], "primer", "2 of them", ONE),
        ([part("primer", b"", "e.mid")], "primer", "a file that begins with b''", f"{ONE}, which begins with MThd"),
        (
            [part("primer", b"RIFF....WAVE", "tune.mid")],
            "primer",
            "a file that begins with b'RIFF'",
            f"{ONE}, which begins with MThd",
        ),
    ],
)
def test_what_is_not_one_midi_file_is_refused(parts: list[bytes], field: str, got: str, allowed: str) -> None:
    assert said(multipart(*parts)) == (400, [(field, got, allowed)])


def test_a_second_file_is_refused_under_any_name() -> None:
    for name in ("primer", "track", "seed"):
        refused = refusal(multipart(PRIMER, part(name, TUNE, "other.mid")))
        assert refused.status == 400
        assert "Too many files" in str(refused)


def test_a_file_of_a_megabyte_is_taken_and_one_byte_more_is_not() -> None:
    largest = TUNE.ljust(form.MAXIMUM_FILE_BYTES, b"\0")
    assert read(multipart(part("primer", largest, "large.mid"))).file == largest
    refused = refusal(multipart(part("primer", largest + b"\0", "larger.mid")))
    assert refused.status == 413
    assert str(refused) == "primer has 1048577 bytes, at most 1048576 are taken"


@pytest.mark.parametrize(
    "kind", ["", "application/json", "application/x-www-form-urlencoded", "audio/midi", "multipart/mixed; boundary=x"]
)
def test_what_is_no_form_is_told_how_to_send_one(kind: str) -> None:
    refused = refusal(multipart(PRIMER), kind)
    assert refused.status == 415
    assert str(refused) == (
        f"the body is {kind or 'of no type'}; send a form (multipart/form-data) with the file field primer: "
        "curl -F primer=@music.mid"
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (multipart(PRIMER), "multipart/form-data"),
        (multipart(PRIMER), "multipart/form-data; boundary="),
        (multipart(PRIMER), "multipart/form-data; boundary=another"),
        (b"", MULTIPART),
        (b"no form", MULTIPART),
        (PRIMER, MULTIPART),  # never closed
        (multipart(PRIMER)[:-40], MULTIPART),
        (multipart(PRIMER.replace(b'name="primer"; ', b"")), MULTIPART),
        (multipart(PRIMER.replace(b"Content-Disposition", b"Content Disposition")), MULTIPART),
    ],
)
def test_a_broken_form_is_refused(body: bytes, kind: str) -> None:
    refused = refusal(body, kind)
    assert refused.status == 400
    assert "primer" in str(refused)


def test_a_thousand_fields_are_refused() -> None:
    refused = refusal(multipart(PRIMER, fields((f"f{number}", "1") for number in range(1000))))
    assert refused.status == 400
    assert "Too many fields" in str(refused)


def test_an_address_in_the_place_of_a_file_is_refused_and_not_fetched(elsewhere: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{elsewhere.server_port}/tune.mid"
    assert httpx.get(address).content.startswith(b"MThd")  # it would be there
    for text in (address, f'"{address}"'):
        assert said(multipart(fields([("primer", text)]))) == (400, [("primer", "text, not a file", ONE)])
        assert refusal(multipart(part("primer", text.encode(), "tune.mid"))).status == 400
    assert refusal(json.dumps({"primer": address}).encode(), "application/json").status == 415
    assert elsewhere.calls == ["/tune.mid"]  # type: ignore[attr-defined]


def taken_or_refused(body: bytes, kind: str) -> None:
    """Nothing else may happen: another exception is a 500."""
    try:
        asked = read(body, kind)
    except RequestError as refused:
        assert refused.status in (400, 413, 415)
        json.loads(refused.json())
    else:
        assert asked.file.startswith(b"MThd")


@given(body=st.binary(max_size=400), kind=st.text(st.characters(max_codepoint=255), max_size=40))
def test_no_bytes_do_more_than_be_refused(body: bytes, kind: str) -> None:
    taken_or_refused(body, MULTIPART)
    taken_or_refused(body, f"multipart/form-data; {kind}")


HEADERS = st.lists(
    st.sampled_from(
        [
            b'Content-Disposition: form-data; name="primer"; filename="t.mid"',
            b"Content-Disposition: form-data; name=seed",
            b"Content-Disposition: form-data; name*0=pri; name*1=mer; filename*=utf-8''t.mid",
            b'Content-Disposition: form-data; name="\xff"',
            b"Content-Disposition: form-data",
            b"Content-Disposition:",
            b"Content-Transfer-Encoding: base64",
            b"Content-Type: text/plain; charset=utf-16",
            b"X",
        ]
    ),
    max_size=3,
)
PIECES = st.lists(st.one_of(HEADERS, st.sampled_from([TUNE, b"3", b"midi", b"\xff\xfe", b"[[[", b""])), max_size=8)


@given(pieces=PIECES, charset=st.sampled_from(["", "utf-8", "utf-7", "utf-16", "punycode", "idna", "hex", "\0", "x"]))
def test_no_parts_do_more_than_be_refused(pieces: list[Any], charset: str) -> None:
    """Nearly forms: parts of real headers and contents in any order."""
    lines = []
    for piece in pieces:
        if isinstance(piece, list):
            lines += [f"--{BOUNDARY}".encode(), *piece, b""]
        else:
            lines.append(piece)
    body = b"\r\n".join([*lines, f"--{BOUNDARY}--".encode(), b""])
    taken_or_refused(body, f"{MULTIPART}; charset={charset}" if charset else MULTIPART)
