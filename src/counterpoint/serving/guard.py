"""Before BentoML reads a request: the size of its body, its fields, and the model's version on every answer.

BentoML would read a body of any size, and its own validation errors do not say what came.
"""

from collections.abc import Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterpoint.serving.request import MAXIMUM_BODY_BYTES, RequestError, parse


class Guard:
    """ASGI middleware: refuses what `POST /generate` cannot serve, and passes on what it can as plain JSON.

    version: called for each answer, gives the X-Model-Version header.
    """

    def __init__(self, app: ASGIApp, version: Callable[[], str]) -> None:
        self.app = app
        self.version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Model-Version"] = self.version()
            await send(message)

        if scope["path"] != "/generate" or scope["method"] != "POST":
            return await self.app(scope, receive, send_with_version)
        try:
            body = await _read(receive)
            if body is None:
                return None
            checked = parse(body).model_dump_json(exclude_unset=True).encode()
        except RequestError as error:
            refusal = Response(error.json(), error.status, media_type="application/json")
            return await refusal(scope, receive, send_with_version)
        return await self.app(_as_json(scope, checked), _once(checked, receive), send_with_version)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, at most a byte more than is allowed; None if the caller went away."""
    body = b""
    while len(body) <= MAXIMUM_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body


def _as_json(scope: Scope, body: bytes) -> Scope:
    replaced = {b"content-type", b"content-length"}
    headers: list[Any] = [pair for pair in scope["headers"] if pair[0] not in replaced]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
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
