"""Self-contained HTML from templates: one file, nothing fetched, nothing run but what the page itself names."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from counterpoint.report import numbers, plots

_HERE = Path(__file__).parent


def write_document(template: str, path: Path, *, script: str = "", **given: Any) -> None:
    """Fill `template` (a file beside this one, autoescaped) and write it to `path`, whose folder is made.

    script: a file beside this one that the page runs. The Content-Security-Policy allows the page's own style and
    script, by their digests, and pictures and sound from data: addresses; nothing else. Equal arguments, equal bytes.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    for name in ("number", "percent", "interval", "difference", "cell"):
        environment.filters[name] = getattr(numbers, name)
    environment.filters["markdown"] = markdown
    environment.filters["data_address"] = data_address
    environment.globals["plots"] = plots
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    code = (_HERE / script).read_text(encoding="utf-8") if script else ""
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            "media-src data:",
            f"style-src '{_digest(style)}'",
            *([f"script-src '{_digest(code)}'"] if code else []),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    text = environment.get_template(template).render(policy=policy, style=Markup(style), script=Markup(code), **given)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def data_address(data: bytes | str, kind: str) -> str:
    """`data` of a media type as a data: address."""
    raw = data.encode() if isinstance(data, str) else data
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def markdown(text: str, level: int = 3) -> Markup:
    """CommonMark with tables as HTML, its highest headings of `level`. Raw HTML stays text, pictures are left out."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(text)
    highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) - highest + level)}"
    return Markup(reader.renderer.render(tokens, reader.options, {}))
