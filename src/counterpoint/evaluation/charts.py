"""Pictures of likelihoods, as PNG: a model beside the n-grams, and how it learned. Equal numbers give equal bytes.

Colours are from Okabe and Ito's palette, which readers of every colour vision can tell apart.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

MODEL, WITTEN_BELL, KNESER_NEY = "#D55E00", "#56B4E9", "#0072B2"
TRAIN, VALIDATION = "#56B4E9", "#D55E00"
INK, FAINT = "#333333", "#D9D9D9"
SMOOTHINGS = {"witten_bell": ("Witten–Bell", WITTEN_BELL), "kneser_ney": ("Kneser–Ney", KNESER_NEY)}
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw_likelihoods(table: pd.DataFrame, metrics: Mapping[str, float], path: Path, *, model: str) -> None:
    """Bars of joint nats an event, fewer is better: every n-gram of `table` and the model, with its 95 % interval.

    table, metrics: as evaluation.likelihood gives them. model: its name, as it shall be read. 1600 × 900 pixels.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(8, 4.5), dpi=200, layout="constrained")
        axes = figure.add_subplot()
        orders = sorted(table["order"].unique())
        width = 0.8 / len(SMOOTHINGS)
        for place, (smoothing, (name, colour)) in enumerate(SMOOTHINGS.items()):
            rows = table[table["smoothing"] == smoothing]
            at = rows["order"].to_numpy() - orders[0] + (place - (len(SMOOTHINGS) - 1) / 2) * width
            _bars(axes, at, rows["joint_nll"].to_numpy(), 0.92 * width, colour, f"n-gram, {name}")
        at_model, nats = len(orders) + 0.1, metrics["test_joint_nll"]
        low, high = metrics["test_joint_nll_low"], metrics["test_joint_nll_high"]
        axes.bar(at_model, nats, 0.8, color=MODEL, label=model, zorder=2)
        # The bar already has a whisker on top, so its figure goes inside.
        axes.errorbar(
            at_model, nats, [[max(nats - low, 0)], [max(high - nats, 0)]], color=INK, capsize=5, lw=1.2, zorder=4
        )
        axes.text(
            at_model,
            min(nats, low) - 0.06,
            f"{nats:.2f}",
            ha="center",
            va="top",
            color="white",
            weight="bold",
            zorder=4,
        )
        axes.axhline(nats, color=MODEL, lw=1, ls=(0, (4, 3)), zorder=3)
        axes.set_xticks([*range(len(orders)), at_model], [*(f"order {order}" for order in orders), model])
        axes.set_xlim(-0.6, at_model + 0.6)
        axes.set_ylim(0, 1.1 * max(table["joint_nll"].max(), high))
        axes.set_ylabel("nats an event (note and duration)")
        _title(
            axes,
            "Test likelihood: fewer nats, better foretold",
            f"Gain on the best n-gram: {metrics['improvement_percent']:.1f} % "
            f"({metrics['improvement_percent_low']:.1f} to {metrics['improvement_percent_high']:.1f} % over resampled "
            f"pieces), {metrics['test_events']:,} events of {metrics['test_pieces']:,} pieces",
        )
        figure.legend(frameon=False, loc="outside lower center", ncols=3)
        _plain(axes)
        _save(figure, path)


def draw_history(history: pd.DataFrame, path: Path, *, title: str) -> None:
    """Nats an event over the epochs, in three panels: joint, note, duration. 2200 × 800 pixels.

    history: columns epoch and train_X and validation_X for X in joint, note, duration. The epoch of the fewest joint
    validation nats, whose weights are kept, is marked in every panel.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(11, 4), dpi=200, layout="constrained")
        epochs = history["epoch"].to_numpy()
        best = int(history["validation_joint"].to_numpy().argmin())
        for axes, part in zip(figure.subplots(1, 3), ("joint", "note", "duration"), strict=True):
            for split, colour, style in (("train", TRAIN, (0, (5, 1.5))), ("validation", VALIDATION, "solid")):
                values = history[f"{split}_{part}"].to_numpy()
                axes.plot(epochs, values, color=colour, ls=style, lw=2, marker="o", ms=3, label=split, zorder=3)
            kept = history[f"validation_{part}"].to_numpy()[best]
            axes.axvline(epochs[best], color=FAINT, lw=1.2, zorder=1)
            axes.plot(epochs[best], kept, "o", ms=9, mfc="white", mec=VALIDATION, mew=2, zorder=4)
            axes.margins(x=0.06, y=0.14)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
            axes.set_xlabel("epoch")
            name = {"joint": "Note and duration", "note": "Note", "duration": "Duration"}[part]
            _title(axes, name, f"nats an event; validation {kept:.3f} at epoch {epochs[best]}")
            _plain(axes)
        figure.axes[0].legend(frameon=False, loc="upper right")
        figure.suptitle(title, x=0.008, ha="left", weight="bold", size=13)
        _save(figure, path)


def _bars(axes: Axes, at: np.ndarray, values: np.ndarray, width: float, colour: str, label: str) -> None:
    drawn = axes.bar(at, values, width, color=colour, label=label, zorder=2)
    axes.bar_label(drawn, [f"{value:.2f}" for value in values], padding=2, size=8, zorder=4)


def _title(axes: Axes, title: str, remark: str) -> None:
    axes.set_title(title, loc="left", weight="bold", size=11, pad=20)
    axes.text(0, 1.02, remark, transform=axes.transAxes, size=9, color="#666666", va="bottom", ha="left")


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
