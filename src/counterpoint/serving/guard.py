"""Before BentoML reads a request: how many there are at once, the size of the body, its fields; and after it, who
answered, on every answer.

BentoML would read a body of any size, and its own validation errors do not say what came.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterpoint.serving import form
from counterpoint.serving.request import ASKED, ENDPOINTS, Asked, RequestError, parse

MAXIMUM_JSON_BYTES = 16 * 1024
MAXIMUM_FORM_BYTES = form.MAXIMUM_FILE_BYTES + MAXIMUM_JSON_BYTES
MOST_AT_ONCE = 64  # requests for music that are read, made or answered
RETRY_AFTER_SECONDS = 2
READING_SECONDS = 30.0  # for a body to come
REQUEST_ID = "X-Request-Id"
CLIENT_CLOSED_REQUEST = 499  # as nginx calls it; for the log
_LONGEST_ID = 64


class Guard:
    """ASGI middleware: refuses what the endpoints cannot serve, and passes on what they can as they take it.

    version: called for each answer, gives the X-Model-Version header. A caller's own X-Request-Id is kept.
    """

    def __init__(self, app: ASGIApp, version: Callable[[], str]) -> None:
        self.app = app
        self.version = version
        self.at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = _request_id(scope)

        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Model-Version"] = self.version()
                headers[REQUEST_ID] = request_id
            await send(message)

        if scope["method"] != "POST":
            return await self.app(scope, receive, signed)
        endpoint = ENDPOINTS.get(scope["path"])
        if endpoint is None:  # not passed on: the router takes some paths, "/generate\n" for one, for others
            unknown = RequestError(404, f"POST goes to {', '.join(ENDPOINTS)}")
            return await _refuse(unknown, scope, receive, signed)
        if self.at_once >= MOST_AT_ONCE:
            busy = RequestError(429, f"{MOST_AT_ONCE} requests are at work; try again in {RETRY_AFTER_SECONDS} seconds")
            return await _refuse(busy, scope, receive, signed)
        self.at_once += 1
        try:
            body = await _read(scope, receive, MAXIMUM_JSON_BYTES if endpoint.file is None else MAXIMUM_FORM_BYTES)
            if endpoint.file is None:
                asked, kind = Asked(parse(endpoint, body)), b"application/json"
                body = asked.request.model_dump_json(exclude_unset=True).encode()
            else:
                asked = await form.read(scope, body, endpoint)
                body, kind = form.stand_in(endpoint)
            scope = _with(scope, body, kind)
            ASKED.set(asked)
            await self.app(scope, _once(body, receive), signed)
        except RequestError as error:
            await _refuse(error, scope, receive, signed)
        except _Gone:
            # Nobody reads it, but BentoML's timeout waits for an answer, and a server that ends waits for BentoML.
            await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, signed)
        finally:
            self.at_once -= 1


class _Gone(Exception):
    """The caller went away."""


async def _read(scope: Scope, receive: Receive, most: int) -> bytes:
    """The whole body. One that is larger than `most`, or says so, or comes too slowly, is not read to its end."""
    too_large = RequestError(413, f"the body has more than {most} bytes")
    said = Headers(scope=scope).get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(READING_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > most:
                    raise too_large
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise RequestError(408, f"the body did not come within {READING_SECONDS:g} seconds") from None


async def _refuse(error: RequestError, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {}
    if error.status == 429:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if error.status in (408, 413):
        headers["Connection"] = "close"  # what is left of the body is not read
    await Response(error.json(), error.status, headers, "application/json")(scope, receive, send)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if 0 < len(given) <= _LONGEST_ID and given.isascii() and given.isprintable() else secrets.token_hex(8)


def _with(scope: Scope, body: bytes, kind: bytes) -> Scope:
    replaced = {b"content-type", b"content-length", b"transfer-encoding"}
    headers: list[Any] = [pair for pair in scope["headers"] if pair[0] not in replaced]
    headers += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    return {**scope, "headers": headers}


def _once(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
