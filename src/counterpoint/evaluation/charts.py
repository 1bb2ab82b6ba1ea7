"""A picture of likelihoods, as PNG: a model beside the n-grams."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from counterpoint.evaluation.style import BLUE, INK, ORANGE, SKY, STYLE, plain, save, title

MODEL, WITTEN_BELL, KNESER_NEY = ORANGE, SKY, BLUE
SMOOTHINGS = {"witten_bell": ("Witten–Bell", WITTEN_BELL), "kneser_ney": ("Kneser–Ney", KNESER_NEY)}


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
        title(
            axes,
            "Test likelihood: fewer nats, better foretold",
            f"Gain on the best n-gram: {metrics['improvement_percent']:.1f} % "
            f"({metrics['improvement_percent_low']:.1f} to {metrics['improvement_percent_high']:.1f} % over resampled "
            f"pieces), {metrics['test_events']:,} events of {metrics['test_pieces']:,} pieces",
        )
        figure.legend(frameon=False, loc="outside lower center", ncols=3)
        plain(axes)
        save(figure, path)


def _bars(axes: Axes, at: np.ndarray, values: np.ndarray, width: float, colour: str, label: str) -> None:
    drawn = axes.bar(at, values, width, color=colour, label=label, zorder=2)
    axes.bar_label(drawn, [f"{value:.2f}" for value in values], padding=2, size=8, zorder=4)
