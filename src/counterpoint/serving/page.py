"""The page at `/`: which model this is, and a form to hear it. It needs no network but the service itself."""

import html
from collections.abc import Collection
from pathlib import Path
from string import Template
from typing import Any

from counterpoint.serving.request import GenerateRequest, allowed

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
}


def page(about: dict[str, Any], controls: Collection[str]) -> str:
    """The page for what `GET /model` says of a model, which obeys the fields `controls` of a request."""
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    shown = {key: html.escape(str(about[key])) for key in ("version", "run", "generator", "texture", "card")}
    fields = [name for name in GenerateRequest.model_fields if name in controls]
    return template.substitute(shown, fields="\n".join(map(_field, fields)))


def _field(name: str) -> str:
    declared = GenerateRequest.model_fields[name]
    value = "" if declared.default is None else f"{declared.default}"
    return (
        f'<label for="{name}">{name}</label>'
        f'<input id="{name}" name="{name}" inputmode="decimal" value="{value}" title="{html.escape(allowed(name))}">'
        f"<small>{html.escape(declared.description or '')}</small>"
    )
