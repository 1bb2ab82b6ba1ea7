"""Note tables as pictures: piano rolls with bars, beats and octaves, one colour a track."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from counterpoint.notes.table import TICKS_PER_QUARTER

# Okabe and Ito, "Color Universal Design" (2008), told apart with every kind of colour vision; its yellow, too pale on
# white, gives way to a grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#666666")
_INK, _BAR_LINE, _BEAT_LINE, _BLACK_KEY = "#222222", "#B8BDC4", "#E6E8EB", "#F4F5F7"
_BLACK_KEYS = (1, 3, 6, 8, 10)
_DOTS_AN_INCH = 110
_INCHES_A_BEAT = 0.17
_NARROWEST, _WIDEST = 7.0, 20.0  # inches
_INCHES_A_SEMITONE = 0.085
_LEAST_SEMITONES = 20
_INCHES_A_NAME = 1.6
_INCHES_A_LEGEND_ROW = 0.22
_INCHES_AROUND = 0.75  # title above, bar numbers below
_FEWEST_INCHES_A_BEAT_LINE = 0.09
_FEWEST_INCHES_A_BAR_NUMBER = 0.45


class _Span(NamedTuple):
    """What a roll shows: whole bars, and pitches with room around them."""

    end: int  # ticks
    bar: int  # ticks
    beat: int  # ticks
    low: int
    high: int


def draw(
    notes: pd.DataFrame,
    path: Path,
    *,
    title: str = "",
    time_signature: tuple[int, int] = (4, 4),
    track_names: Sequence[str] = (),
) -> None:
    """Write the piano roll of one piece to `path`, a PNG. Equal notes give equal bytes.

    Time runs in bars of `time_signature`, pitch in octaves (C4 is MIDI 60). Louder notes are stronger in colour; drums,
    which have no pitch, are drawn at their key numbers as ticks. With several tracks there is a legend, of
    `track_names[k]` for track k where given. A table without notes gives an empty roll.
    Raises ValueError for a table of several pieces.
    """
    if notes["piece"].nunique() > 1:
        raise ValueError(f"{notes['piece'].nunique()} pieces: draw takes one, draw_grid many")
    _save(_figure([(title, notes)], _span(notes, time_signature), _tracks(notes), track_names), Path(path))


def draw_grid(
    pieces: pd.DataFrame,
    path: Path,
    titles: Sequence[str] = (),
    *,
    time_signature: tuple[int, int] = (4, 4),
    track_names: Sequence[str] = (),
) -> None:
    """Write a column of piano rolls to `path`, a PNG: the pieces of a note table, in the order of their names.

    All share one time axis and one range of pitches, so that they can be compared. titles: one a piece; without, their
    names. track_names: as in `draw`. A table without notes gives an empty roll. Raises ValueError for another number of
    titles than of pieces.
    """
    names = sorted(pieces["piece"].unique())
    if titles and len(titles) != len(names):
        raise ValueError(f"{len(titles)} titles for {len(names)} pieces, expected one each")
    rolls = [(title, pieces[pieces["piece"] == name]) for name, title in zip(names, titles or names, strict=True)]
    rolls = rolls or [("", pieces)]
    _save(_figure(rolls, _span(pieces, time_signature), _tracks(pieces), track_names), Path(path))


def _tracks(notes: pd.DataFrame) -> list[int]:
    return sorted(int(track) for track in notes["track"].unique())


def _figure(
    rolls: list[tuple[str, pd.DataFrame]], span: _Span, tracks: list[int], track_names: Sequence[str]
) -> Figure:
    """The titled rolls one below the other, and under them the tracks' names if there are several."""
    width = min(_WIDEST, max(_NARROWEST, span.end / TICKS_PER_QUARTER * _INCHES_A_BEAT))
    height = _INCHES_AROUND + (span.high - span.low + 1) * _INCHES_A_SEMITONE
    columns = int(width / _INCHES_A_NAME)
    legend = -(-len(tracks) // columns) * _INCHES_A_LEGEND_ROW if len(tracks) > 1 else 0
    size = (width, height * len(rolls) + legend)
    figure = Figure(figsize=size, dpi=_DOTS_AN_INCH, layout="constrained", facecolor="white")
    colours = {track: COLOURS[place % len(COLOURS)] for place, track in enumerate(tracks)}
    for axes, (title, notes) in zip(figure.subplots(len(rolls), 1, squeeze=False)[:, 0], rolls, strict=True):
        _paper(axes, span, width)
        axes.set_title(title, loc="left", fontsize=11, color=_INK, pad=8)
        for track in _tracks(notes):
            _draw_track(axes, notes[notes["track"] == track], colours[track])
    if len(tracks) > 1:
        names = [track_names[track] if track < len(track_names) else f"track {track}" for track in tracks]
        handles = [Patch(color=colour, label=name) for colour, name in zip(colours.values(), names, strict=True)]
        figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=min(columns, len(handles)),
            frameon=False,
            fontsize=8,
            labelcolor=_INK,
            handlelength=1,
            handleheight=0.8,
        )
    return figure


def _span(notes: pd.DataFrame, time_signature: tuple[int, int]) -> _Span:
    numerator, denominator = time_signature
    beat = max(1, 4 * TICKS_PER_QUARTER // denominator)
    bar = numerator * beat
    last = 1 if notes.empty else int((notes["onset"] + notes["duration"]).max())
    low, high = (60, 72) if notes.empty else (int(notes["pitch"].min()), int(notes["pitch"].max()))
    spare = max(2, (_LEAST_SEMITONES - (high - low)) // 2)
    return _Span(-(-last // bar) * bar, bar, beat, max(0, low - spare), min(127, high + spare))


def _paper(axes: Axes, span: _Span, width: float) -> None:
    """The empty roll: keyboard shading, beats, bars, octaves."""
    for pitch in range(span.low, span.high + 1):
        if pitch % 12 in _BLACK_KEYS:
            axes.axhspan(pitch - 0.5, pitch + 0.5, color=_BLACK_KEY, linewidth=0, zorder=0)
    octaves = [pitch for pitch in range(span.low, span.high + 1) if pitch % 12 == 0]
    axes.hlines([pitch - 0.5 for pitch in octaves], 0, span.end, color=_BAR_LINE, linewidth=0.6, zorder=1)
    inches_a_tick = width / span.end
    if span.beat * inches_a_tick >= _FEWEST_INCHES_A_BEAT_LINE:
        beats = np.arange(0, span.end + 1, span.beat)
        axes.vlines(beats, span.low - 0.5, span.high + 0.5, color=_BEAT_LINE, linewidth=0.6, zorder=1)
    bars = np.arange(0, span.end + 1, span.bar)
    every = 1
    while every * span.bar * inches_a_tick < _FEWEST_INCHES_A_BAR_NUMBER:
        every *= 2
    axes.vlines(bars[:: max(1, every // 4)], span.low - 0.5, span.high + 0.5, color=_BAR_LINE, linewidth=0.9, zorder=1)
    numbers = [str(1 + every * k) for k in range(len(bars[:-1:every]))]
    axes.set_xticks(bars[:-1:every], ["bar 1", *numbers[1:]])
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    axes.set_xlim(0, span.end)
    axes.set_ylim(span.low - 0.5, span.high + 0.5)
    axes.tick_params(length=0, labelsize=8, labelcolor=_INK)
    for side in axes.spines.values():
        side.set_visible(False)


def _draw_track(axes: Axes, notes: pd.DataFrame, colour: str) -> None:
    onsets, pitches = notes["onset"].to_numpy(float), notes["pitch"].to_numpy(float)
    drums = notes["is_drum"].to_numpy(bool)
    releases = onsets + np.where(drums, TICKS_PER_QUARTER / 4, notes["duration"].to_numpy(float))
    half = np.where(drums, 0.3, 0.44)  # of a semitone
    corners = np.stack(
        [
            np.stack([x, y], axis=1)
            for x, y in (
                (onsets, pitches - half),
                (onsets, pitches + half),
                (releases, pitches + half),
                (releases, pitches - half),
            )
        ],
        axis=1,
    )
    strength = 0.45 + 0.55 * notes["velocity"].to_numpy(float) / 127
    # White edges keep repeated notes apart; drums are too narrow for them.
    axes.add_collection(
        PolyCollection(
            list(corners),
            facecolors=colour,
            alpha=strength,
            edgecolors="white",
            linewidths=np.where(drums, 0.0, 0.8),
            zorder=3,
        )
    )


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the version of matplotlib, which PNG would name, the bytes are the pixels alone.
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
