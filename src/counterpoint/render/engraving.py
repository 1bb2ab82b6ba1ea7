"""Notes as an engraved score: SVG by verovio, from the MusicXML of `notes.musicxml`."""

from collections.abc import Sequence

import pandas as pd

from counterpoint.notes.musicxml import to_musicxml
from counterpoint.notes.table import TICKS_PER_QUARTER

WIDTH = 1_000  # units of the drawing, as many as CSS pixels where nothing scales it
_SCALE_PERCENT = 45
_TALLEST = 60_000  # verovio's own limit: all systems on one page, whose height is then cut to the music


def to_svg(
    notes: pd.DataFrame,
    *,
    bars: int = 8,
    time_signature: tuple[int, int] = (4, 4),
    key_fifths: int | None = None,
    width: int = WIDTH,
    track_names: Sequence[str] = (),
) -> str:
    """The first `bars` bars of one piece as SVG, drums left out. Equal arguments give equal text.

    The drawing is black on nothing, `width` units wide whatever the music, has a viewBox, and needs no file, font or
    address from outside. A note that runs over the last bar is cut there. A key that is not given is the likeliest of
    these bars. track_names: as in `to_musicxml`. Raises ValueError as `to_musicxml` does, for fewer bars than 1, and
    for what verovio cannot read.
    """
    if bars < 1:
        raise ValueError(f"{bars} bars, expected at least 1")
    end = bars * time_signature[0] * 4 * TICKS_PER_QUARTER // time_signature[1]
    shown = notes[notes["onset"] < end]
    shown = shown.assign(duration=(shown["onset"] + shown["duration"]).clip(upper=end) - shown["onset"])
    text = to_musicxml(shown, time_signature=time_signature, key_fifths=key_fifths, track_names=track_names)

    import verovio  # 0.1 s and 60 MB of fonts, for scores alone

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(
        {
            "adjustPageHeight": True,
            "breaks": "auto",
            "footer": "none",
            "header": "none",
            "pageHeight": _TALLEST,
            "pageWidth": width * 100 // _SCALE_PERCENT,
            "pageMarginLeft": 40,  # bar numbers reach so far out
            "pageMarginRight": 0,
            "scale": _SCALE_PERCENT,
            "svgRemoveXlink": True,
            "svgViewBox": True,
            "xmlIdSeed": 1,
        }
    )
    if not toolkit.loadData(text):
        raise ValueError("verovio cannot read this piece's MusicXML")
    return str(toolkit.renderToSVG(1))
