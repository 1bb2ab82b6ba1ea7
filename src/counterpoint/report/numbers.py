"""Numbers as people read them: three significant digits, a true minus, a dash where nothing is known."""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

UNKNOWN = "–"
_MINUS, _THIN_SPACE = "\u2212", "\u202f"


def known(value: Any) -> TypeGuard[float]:
    """Whether `value` is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any, *, signed: bool = False) -> str:
    """`value` with three significant digits, whole numbers whole; "–" for None, NaN and infinities.

    Digits before the point are never rounded away: 12345.6 is "12 346" (a thin space every three digits).
    """
    if not known(value):
        return UNKNOWN
    sign = _MINUS if value < 0 else "+" if signed and value > 0 else ""
    size = abs(float(value))
    if isinstance(value, int) or size >= 100:
        text = f"{size:,.0f}"
    elif size == 0:
        text = "0"
    else:
        text = f"{size:.{min(6, max(0, 2 - math.floor(math.log10(size))))}f}"
        if float(text) == 0:
            text = f"{size:.1e}"
    if float(text.replace(",", "")) == 0:
        sign = ""
    return sign + text.replace(",", _THIN_SPACE)


def percent(share: Any, *, signed: bool = False) -> str:
    """A share of 1 in per cent: 0.125 is "12.5 %"."""
    return f"{number(100 * share, signed=signed)}{_THIN_SPACE}%" if known(share) else UNKNOWN


def interval(estimate: Mapping[str, Any] | None) -> str:
    """The ends of `{value, low, high}`: "0.12 to 0.15"; "" where neither is known."""
    low, high = (estimate or {}).get("low"), (estimate or {}).get("high")
    return f"{number(low)} to {number(high)}" if known(low) or known(high) else ""


def difference(generated: Any, real: Any) -> float | None:
    """(generated - real) / |real|, a share of 1; None where one is not known or real is 0."""
    return (generated - real) / abs(real) if known(generated) and known(real) and real else None


def cell(value: Any) -> str:
    """Anything in a table: a number as `number` writes it, None as a dash, text as it is."""
    return (
        number(value)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        else f"{value}"
    )
