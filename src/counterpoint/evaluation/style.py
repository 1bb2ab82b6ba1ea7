"""What the pictures of numbers have in common: colours, type, axes. Equal numbers give equal bytes.

Colours are from Okabe and Ito's palette, which readers of every colour vision can tell apart.
"""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

ORANGE, SKY, BLUE, GREEN = "#D55E00", "#56B4E9", "#0072B2", "#009E73"
INK, FAINT = "#333333", "#D9D9D9"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def title(axes: Axes, text: str, remark: str) -> None:
    """A panel's title, and below it what to read from it."""
    axes.set_title(text, loc="left", weight="bold", size=11, pad=20)
    axes.text(0, 1.02, remark, transform=axes.transAxes, size=9, color="#666666", va="bottom", ha="left")


def plain(axes: Axes) -> None:
    """Grid lines across, and no frame."""
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)


def save(figure: Figure, path: Path) -> None:
    """As PNG, without the name of what drew it; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
