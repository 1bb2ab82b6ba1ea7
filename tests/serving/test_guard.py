"""The guard in front of a small application, both driven message by message, as a server drives them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from counterpoint.serving import guard as guards
from counterpoint.serving.guard import MAXIMUM_FORM_BYTES, MAXIMUM_JSON_BYTES, MOST_AT_ONCE, RETRY_AFTER_SECONDS, Guard
from counterpoint.serving.request import ASKED

from .forms import MULTIPART, fields, multipart, part

TUNE = write_midi(note_table(piece="tune", onset=[0], duration=24, pitch=60), tempo_bpm=90.0)


class Inner:
    """An application that says what came to it: the checked request, the headers, the body."""

    def __init__(self) -> None:
        self.calls = 0
        self.free = asyncio.Event()  # it answers nobody before
        self.free.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls += 1
        body = b""
        if scope["method"] == "POST":
            message = await receive()
            assert (message["type"], message["more_body"]) == ("http.request", False)
            body = message["body"]
        await self.free.wait()
        asked = ASKED.get(None)
        told = {
            "body": body.decode("latin-1"),
            "asked": None if asked is None else asked.request.model_dump(exclude_unset=True),
            "file": "" if asked is None else asked.file.decode("latin-1"),
            "headers": {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
        }
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-inner", b"1")]})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})


@dataclass(repr=False)  # asyncio writes it down, megabytes and all
class Call:
    """One request, sent in `chunks`; then what came back, and how often more was asked for."""

    path: str = "/generate"
    chunks: list[bytes] = field(default_factory=lambda: [b"{}"])
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    leaves: bool = False  # after the chunks, instead of ending the body
    received: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def through(self, app: Callable[..., Awaitable[None]]) -> "Call":
        scope = {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()],
        }

        async def receive() -> dict[str, Any]:
            self.received += 1
            if self.received > len(self.chunks):
                return {"type": "http.disconnect"}
            more = self.leaves or self.received < len(self.chunks)
            return {"type": "http.request", "body": self.chunks[self.received - 1], "more_body": more}

        async def send(message: Any) -> None:
            self.sent.append(message)

        await app(scope, receive, send)
        return self

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def said(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.sent[0]["headers"]}

    def json(self) -> Any:
        return json.loads(b"".join(message.get("body", b"") for message in self.sent[1:]))


def guard() -> Guard:
    return Guard(Inner(), version=lambda: "abc-12")


def called(**call: Any) -> Call:
    return asyncio.run(Call(**call).through(guard()))


def test_what_is_asked_goes_on_as_json_whatever_it_calls_itself() -> None:
    got = called(
        chunks=[b'{"seed": 3, ', b'"format": "wav"}'],
        headers={"Content-Type": "application/vnd.bentoml+pickle", "Content-Length": "31", "Accept": "*/*"},
    )
    assert got.status == 200
    told = got.json()
    assert told["asked"] == {"seed": 3, "format": "wav"}
    assert json.loads(told["body"]) == told["asked"]
    assert told["headers"] == {
        "accept": "*/*",
        "content-type": "application/json",
        "content-length": str(len(told["body"])),
    }


@pytest.mark.parametrize("kind", [MULTIPART, MULTIPART.replace("multipart/form-data", "Multipart/Form-Data")])
def test_of_a_form_an_empty_file_goes_on_whatever_the_callers_was_called(kind: str) -> None:
    body = multipart(part("primer", TUNE, "t" * 300), fields([("seed", "3")]))
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    got = called(path="/continue", chunks=[body[:50], body[50:]], headers=headers)
    told = got.json()
    assert (told["asked"], told["file"]) == ({"seed": 3}, TUNE.decode("latin-1"))
    begins = '--counterpoint\r\nContent-Disposition: form-data; name="primer"; filename="music.mid"\r\n\r\n\r\n'
    assert told["body"] == f"{begins}--counterpoint--\r\n"
    assert told["headers"]["content-type"] == "multipart/form-data; boundary=counterpoint"
    assert told["headers"]["content-length"] == str(len(told["body"]))


@pytest.mark.parametrize(
    ("path", "chunks", "headers", "status", "says"),
    [
        ("/generate", [b'{"count": 0}'], {}, 400, "count: got 0, allowed: a whole number from 1 to 64"),
        ("/interpolate", [b'{"steps": 1}'], {}, 400, "steps: got 1, allowed: a whole number from 2 to 64"),
        ("/accompany", [b"{}"], {"Content-Type": "application/json"}, 415, "the body is application/json; send a form"),
        ("/evaluate", [multipart()], {"Content-Type": MULTIPART}, 400, "midi: got nothing, allowed: one MIDI file"),
    ],
)
def test_what_cannot_be_served_never_reaches_the_application(
    path: str, chunks: list[bytes], headers: dict[str, str], status: int, says: str
) -> None:
    at_work = guard()
    got = asyncio.run(Call(path, chunks, headers).through(at_work))
    assert got.status == status
    assert got.said["content-type"] == "application/json"
    assert got.json()["error"].startswith(says)
    assert at_work.app.calls == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "most"), [("/generate", MAXIMUM_JSON_BYTES), ("/evaluate", MAXIMUM_FORM_BYTES)])
def test_a_body_that_says_it_is_too_large_is_not_read_at_all(path: str, most: int) -> None:
    got = called(path=path, headers={"Content-Length": str(most + 1), "Content-Type": MULTIPART})
    assert (got.status, got.received) == (413, 0)
    assert got.json()["error"] == f"the body has more than {most} bytes"
    assert got.said["connection"] == "close"


def test_a_body_that_grows_too_large_is_not_read_to_its_end() -> None:
    got = called(chunks=[b" " * 1024] * 1000)
    assert (got.status, got.received) == (413, MAXIMUM_JSON_BYTES // 1024 + 1)
    got = called(path="/continue", chunks=[b" " * 2**16] * 1000, headers={"Content-Length": "no number"})
    assert (got.status, got.received) == (413, MAXIMUM_FORM_BYTES // 2**16 + 1)


def test_the_largest_body_is_read() -> None:
    got = called(chunks=[b'{"seed": 3}'.ljust(MAXIMUM_JSON_BYTES)], headers={"Content-Length": f"{MAXIMUM_JSON_BYTES}"})
    assert (got.status, got.json()["asked"]) == (200, {"seed": 3})


def test_more_at_once_than_allowed_are_turned_away_until_a_place_is_free() -> None:
    async def rush() -> None:
        at_work = guard()
        inner: Inner = at_work.app  # type: ignore[assignment]
        inner.free.clear()
        calls = [asyncio.create_task(Call(chunks=[b'{"seed": %d}' % n]).through(at_work)) for n in range(MOST_AT_ONCE)]
        while inner.calls < MOST_AT_ONCE:
            await asyncio.sleep(0)
        for path, headers in (("/generate", {}), ("/evaluate", {"Content-Type": MULTIPART})):
            busy = await Call(path, headers=headers).through(at_work)
            assert (busy.status, busy.said["retry-after"]) == (429, str(RETRY_AFTER_SECONDS))
            assert busy.json()["error"] == "64 requests are at work; try again in 2 seconds"
            assert busy.received == 0
        assert inner.calls == MOST_AT_ONCE
        looking = [asyncio.create_task(Call(path, method="GET").through(at_work)) for path in ("/model", "/readyz")]
        while inner.calls < MOST_AT_ONCE + len(looking):  # who only looks is served all the same
            await asyncio.sleep(0)
        inner.free.set()
        assert [one.status for one in await asyncio.gather(*looking)] == [200, 200]
        seeds = [one.json()["asked"]["seed"] for one in await asyncio.gather(*calls)]
        assert seeds == list(range(MOST_AT_ONCE))  # each its own request
        assert at_work.at_once == 0
        assert (await Call().through(at_work)).status == 200

    asyncio.run(rush())


def test_a_place_comes_free_however_a_request_ends() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("within")

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    async def all_ends() -> None:
        at_work = guard()
        for call in (
            Call(),
            Call(chunks=[b"no json"]),
            Call(headers={"Content-Length": "99999"}),
            Call(chunks=[b"{"], leaves=True),
            Call("/continue", chunks=[b"broken"], headers={"Content-Type": MULTIPART}),
        ):
            await call.through(at_work)
            assert at_work.at_once == 0
        at_work.app = failing
        with pytest.raises(RuntimeError, match="within"):
            await Call().through(at_work)
        assert at_work.at_once == 0
        at_work.app = waiting
        cancelled = asyncio.create_task(Call().through(at_work))
        await asyncio.sleep(0)
        assert at_work.at_once == 1
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        assert at_work.at_once == 0

    asyncio.run(all_ends())


def test_who_leaves_before_the_end_of_the_body_is_answered_all_the_same() -> None:
    """BentoML's middleware around the guard waits for an answer: two minutes, and so long a server does not end."""
    at_work = guard()
    got = asyncio.run(Call(chunks=[b'{"seed"'], leaves=True).through(at_work))
    assert got.status == 499
    assert got.sent[-1]["type"] == "http.response.body"
    assert at_work.app.calls == 0  # type: ignore[attr-defined]


def test_a_body_that_does_not_come_holds_its_place_for_a_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "READING_SECONDS", 0.05)
    at_work, got = guard(), Call()

    async def never() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        got.sent.append(message)

    asyncio.run(at_work({"type": "http", "method": "POST", "path": "/generate", "headers": []}, never, send))
    assert (got.status, got.json()["error"]) == (408, "the body did not come within 0.05 seconds")
    assert (at_work.at_once, at_work.app.calls) == (0, 0)  # type: ignore[attr-defined]


def test_who_leaves_later_is_told_to_the_application() -> None:
    async def listening(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 204, "headers": []})

    got = asyncio.run(Call().through(Guard(listening, version=lambda: "v")))
    assert (got.status, got.received) == (204, 2)


ANSWERS = [
    {},
    {"chunks": [b"no json"]},
    {"headers": {"Content-Length": "99999"}},
    {"path": "/continue"},
    {"path": "/model", "method": "GET"},
    {"path": "/generate", "method": "GET"},
    {"path": "/nowhere", "method": "POST"},
]


@pytest.mark.parametrize("call", ANSWERS)
def test_every_answer_says_its_version_and_its_request(call: dict[str, Any]) -> None:
    got = called(**call)
    assert got.said["x-model-version"] == "abc-12"
    assert len(got.said["x-request-id"]) == 16
    assert called(**call).said["x-request-id"] != got.said["x-request-id"]
    kept = called(**call | {"headers": call.get("headers", {}) | {"X-Request-Id": "mine, 7"}})
    assert kept.said["x-request-id"] == "mine, 7"


@pytest.mark.parametrize("given", ["", "x" * 65, "Größe", "tab\there", "\x7f"])
def test_a_request_id_that_no_header_should_hold_is_drawn_anew(given: str) -> None:
    drawn = called(headers={"X-Request-Id": given}).said["x-request-id"]
    assert drawn != given
    assert len(drawn) == 16
    assert called(headers={"X-Request-Id": "x" * 64}).said["x-request-id"] == "x" * 64


def test_what_is_read_and_not_sent_goes_on_untouched() -> None:
    for path in ("/generate", "/model", "/"):
        got = called(method="GET", path=path, chunks=[b"no json"])
        assert (got.status, got.json()["asked"]) == (200, None)


@pytest.mark.parametrize("path", ["/generate\n", "/evaluate\n", "/generate/", "/model", "/nothing"])
def test_no_other_path_is_a_way_around(path: str) -> None:
    """The router takes a path that ends in a line feed for the one without it."""
    at_work = guard()
    got = asyncio.run(Call(path=path, chunks=[b"no json"]).through(at_work))
    assert (got.status, at_work.app.calls) == (404, 0)  # type: ignore[attr-defined]
    assert got.json()["error"] == "POST goes to /generate, /continue, /accompany, /interpolate, /evaluate"


def test_what_is_no_http_goes_on_untouched() -> None:
    seen = []

    async def lifespan(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    asyncio.run(Guard(lifespan, version=lambda: "v")({"type": "lifespan"}, "receive", "send"))  # type: ignore[arg-type]
    assert seen == [({"type": "lifespan"}, "receive", "send")]


def test_one_requests_fields_are_not_anothers() -> None:
    async def two() -> list[Any]:
        at_work = guard()
        first = await asyncio.create_task(Call(chunks=[b'{"seed": 1}']).through(at_work))
        second = await asyncio.create_task(Call(chunks=[b""]).through(at_work))
        return [first.json()["asked"], second.json()["asked"]]

    assert asyncio.run(two()) == [{"seed": 1}, {}]
