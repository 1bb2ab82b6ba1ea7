"""Multipart forms with one MIDI file.

BentoML would take a file of any size, and fetch one from an address that stands in the place of a file.
"""

import json
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Scope

from counterpoint.serving.request import Asked, Endpoint, RequestError, checked, refused

MAXIMUM_FILE_BYTES = 1024 * 1024
A_MIDI_FILE = "one MIDI file"
_MIDI_BEGINS = b"MThd"
_MOST_FIELDS = 64
_BOUNDARY = "counterpoint"


async def read(scope: Scope, body: bytes, endpoint: Endpoint) -> Asked:
    """The request in a multipart body. Raises RequestError.

    A field is a number or text; one that comes several times is a list.
    """
    assert endpoint.file is not None
    kind = Headers(scope=scope).get("content-type", "")
    how = f"send a form (multipart/form-data) with the file field {endpoint.file}: curl -F {endpoint.file}=@music.mid"
    if not kind.lower().startswith("multipart/form-data"):
        raise RequestError(415, f"the body is {kind or 'of no type'}; {how}")
    try:
        parser = MultiPartParser(Headers(scope=scope), _chunks(body), max_files=1, max_fields=_MOST_FIELDS)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, AssertionError) as error:
        said = getattr(error, "message", "") or str(error) or "broken"
        raise RequestError(400, f"the body is no form that can be read ({said}); {how}") from None
    try:
        given = [value for name, value in form.multi_items() if name == endpoint.file]
        texts = [(name, value) for name, value in form.multi_items() if name != endpoint.file]
        if len(given) != 1 or not isinstance(given[0], UploadFile):
            came = "nothing" if not given else f"{len(given)} of them" if len(given) > 1 else "text, not a file"
            raise refused(endpoint.file, came, A_MIDI_FILE)
        file = await given[0].read()
    finally:
        await form.close()
    if len(file) > MAXIMUM_FILE_BYTES:
        raise RequestError(413, f"{endpoint.file} has {len(file)} bytes, at most {MAXIMUM_FILE_BYTES} are taken")
    if not file.startswith(_MIDI_BEGINS):
        raise refused(endpoint.file, f"a file that begins with {file[:4]!r}", f"{A_MIDI_FILE}, which begins with MThd")
    content: dict[str, Any] = {}
    for name, value in texts:
        if isinstance(value, UploadFile):
            raise refused(name, "a file", f"text; the one file is {endpoint.file}")
        held = _value(value)
        if name in content:
            before = content[name] if isinstance(content[name], list) else [content[name]]
            held = [*before, held]
        content[name] = held
    return Asked(checked(endpoint, content), file)


def stand_in(endpoint: Endpoint) -> tuple[bytes, bytes]:
    """A body, and its content type, in which BentoML finds an empty file: it would read a form by rules of its own."""
    begins = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{endpoint.file}"; filename="music.mid"\r\n\r\n'
    return f"{begins}\r\n--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}".encode()


def _value(text: str) -> Any:
    """The number that `text` is, or a list as JSON writes it; else itself."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(found, dict | str) else found


async def _chunks(body: bytes) -> Any:
    yield body
