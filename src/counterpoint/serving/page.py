"""The page at `/`: plain files of ours in the folder `page`, which say nothing of a model themselves.

All that is shown of a model the page asks of `GET /model`, so one page fits every Bento, a damaged one too. It needs
no network but the service: what it may load and call is in `HEADERS`, and a browser holds it to that.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FILES = Path(__file__).with_name("page")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src 'self' blob: data:; media-src blob:; "
    "style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Asked for again each time: the files of another version lie at the same addresses.
    "Cache-Control": "no-cache",
}
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _route(address: str, file: Path) -> Route:
    content = file.read_bytes()

    async def give(_: Request) -> Response:
        return Response(content, media_type=_TYPES[file.suffix], headers=HEADERS)

    return Route(address, give)


# Read once, by name: no request reaches any other file.
_BESIDE = [file for file in sorted(FILES.iterdir()) if file.suffix in _TYPES and file.name != "index.html"]
ROUTES = [_route("/", FILES / "index.html"), *(_route(f"/page/{file.name}", file) for file in _BESIDE)]
