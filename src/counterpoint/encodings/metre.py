"""Which pieces have bars of one length throughout."""

import pandas as pd

from counterpoint.notes.table import TICKS_PER_QUARTER

DEFAULT = (4, 4)  # of MIDI that says nothing


def wrong_metre(pieces: pd.DataFrame, metre: tuple[int, int]) -> dict[str, str]:
    """Piece → why its bars are not those of `metre` (numerator, denominator) from beginning to end.

    pieces: a piece table, of which `piece` and `time_signatures` are read. Before its first signature a piece is 4/4,
    as MIDI is. A signature that is `metre` again changes nothing, even within a bar: one stands where a repeat ends in
    a bar that an upbeat completes, and the bar lines go on (after it the long bass notes of 99 such chorales begin on
    a bar's first beat as before it, 76 % and 80 %). Signatures are taken as written: 2/2 is not 4/4.
    """
    found = {
        piece: _reason([(of["tick"], of["numerator"], of["denominator"]) for of in signatures], metre)
        for piece, signatures in zip(pieces["piece"], pieces["time_signatures"], strict=True)
    }
    return {str(piece): reason for piece, reason in found.items() if reason}


def _reason(signatures: list[tuple[int, int, int]], metre: tuple[int, int]) -> str:
    bar_ticks = 4 * TICKS_PER_QUARTER * metre[0] / metre[1]
    wanted = f"{metre[0]}/{metre[1]}"
    ordered = sorted(signatures)
    if not ordered or ordered[0][0] > 0:
        ordered = [(0, *DEFAULT), *ordered]
    for tick, numerator, denominator in ordered:
        named = f"{numerator}/{denominator}"
        at = f"bar {tick / bar_ticks + 1:.4g}"
        if (numerator, denominator) != metre:
            return f"its metre is {named}, not {wanted}" if tick == 0 else f"its metre changes to {named} in {at}"
    return ""
