"""Multipart bodies made byte by byte."""

from collections.abc import Iterable

BOUNDARY = "of-the-tests"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """One field; a file, if it has a filename."""
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def fields(pairs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(part(name, text.encode()) for name, text in pairs)
