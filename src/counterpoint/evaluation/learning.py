"""Pictures of how a model learned, as PNG, from its history."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from counterpoint.evaluation.style import BLUE, FAINT, GREEN, ORANGE, SKY, STYLE, plain, save
from counterpoint.evaluation.style import title as panel

SIZE = (11, 4)  # inches
TRAIN, VALIDATION = SKY, ORANGE
CHECKED = "distance_to_validation"  # of a GAN, whose kept check has the least
LOSSES = {
    "wasserstein": ("critic's distance", BLUE),
    "judged": ("critic's judgement of what is generated", ORANGE),
    "penalty": ("gradient penalty", GREEN),
}
ENTROPIES = {
    "discriminator_loss": ("discriminator's loss", BLUE),
    "generator_loss": ("generator's loss", ORANGE),
    "real_accuracy": ("share of real music known as such", GREEN),
    "generated_accuracy": ("share of what is generated", SKY),
}
SHARES = {
    "diversity": ("diversity, relative to real music", BLUE),
    "unique_bars": ("unique bars", GREEN),
    "unique_windows": ("unique windows", GREEN),
    "empty_bars": ("empty bars", ORANGE),
}

MEASURES = {  # of C-RNN-GAN's paper
    "scale_consistency": "Scale consistency",
    "repetitions": "Repetitions of 2 to 9 tones",
    "pitch_range": "Tone span, semitones",
    "polyphonic_onsets": "Polyphonic onsets",
}
HELD_OUT = {
    "": ("generated", BLUE, "solid"),
    "_validation": ("validation", ORANGE, "dashed"),
    "_test": ("test", GREEN, "dotted"),
}


def draw_history(history: pd.DataFrame, path: Path, *, title: str) -> None:
    """A training's picture, by what its history holds: `draw_game` for a GAN, else `draw_epochs`. 2200 × 800 pixels."""
    draw = draw_game if CHECKED in history else draw_epochs
    draw(history, path, title=title)


def draw_epochs(history: pd.DataFrame, path: Path, *, title: str) -> None:
    """Nats an event over the epochs, in three panels: joint, note, duration.

    history: columns epoch and train_X and validation_X for X in joint, note, duration. The epoch of the fewest joint
    validation nats, whose weights are kept, is marked in every panel.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=SIZE, dpi=200, layout="constrained")
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
            panel(axes, name, f"nats an event; validation {kept:.3f} at epoch {epochs[best]}")
            plain(axes)
        figure.axes[0].legend(frameon=False, loc="upper right")
        figure.suptitle(title, x=0.008, ha="left", weight="bold", size=13)
        save(figure, path)


def draw_game(history: pd.DataFrame, path: Path, *, title: str) -> None:
    """A GAN's training over the generator's iterations: losses, distance to the validation split, and the guards.

    history: columns iteration, those of `LOSSES` or of `ENTROPIES`, those that there are of `SHARES`,
    distance_to_validation and used_pitch_classes, one row a check. Undefined numbers leave gaps. The check of the least
    distance, whose weights are kept, is marked in every panel. Where it has `MEASURES`, each has a panel below, beside
    those of the validation and the test split: 2200 × 1500 pixels.
    """
    measured = [name for name in MEASURES if name in history]
    with rc_context(STYLE):
        figure = Figure(figsize=(SIZE[0], 7.5) if measured else SIZE, dpi=200, layout="constrained")
        above, *below = figure.subfigures(1 + bool(measured), 1, squeeze=False)[:, 0]
        losses, distance, guards = above.subplots(1, 3)
        for panels in below:
            for axes, name in zip(np.ravel(panels.subplots(1, len(measured))), measured, strict=True):
                _beside(axes, history, name)
        iterations = history["iteration"].to_numpy()
        kept = kept_row(history[CHECKED].to_numpy(float))
        series, of = (
            (LOSSES, "a batch, at each check's last iteration") if "wasserstein" in history else (ENTROPIES, "a check")
        )
        _lines(losses, history, series)
        _lines(distance, history, {CHECKED: ("", VALIDATION)})
        _lines(guards, history, {name: line for name, line in SHARES.items() if name in history})
        remark = "no check had a distance"
        if kept is not None:
            least = history[CHECKED].to_numpy(float)[kept]
            remark = f"kept: {least:.3f} at iteration {iterations[kept]}"
            distance.plot(iterations[kept], least, "o", ms=9, mfc="white", mec=VALIDATION, mew=2, zorder=4)
            for axes in figure.axes:
                axes.axvline(iterations[kept], color=FAINT, lw=1.2, zorder=1)
        panel(losses, "The game", f"means over {of}")
        panel(distance, "Distance to validation", remark)
        used = history["used_pitch_classes"].to_numpy(float)[-1 if kept is None else kept]
        panel(guards, "What it writes", f"used pitch classes a bar there: {used:.2f}")
        guards.set_ylim(bottom=0)
        for axes in (losses, guards):
            axes.legend(frameon=False, fontsize=8, loc="best")
        figure.suptitle(title, x=0.008, ha="left", weight="bold", size=13)
        save(figure, path)


def _beside(axes: Axes, history: pd.DataFrame, name: str) -> None:
    """One of `MEASURES` over training, of what is generated and of the splits that are held out."""
    iterations = history["iteration"].to_numpy()
    for split, (label, colour, style) in HELD_OUT.items():
        values = history[f"{name}{split}"].to_numpy(float)
        axes.plot(iterations, values, color=colour, ls=style, lw=2, marker="" if split else "o", ms=3, label=label)
    axes.margins(x=0.06, y=0.2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.set_xlabel("iteration of the generator")
    axes.set_title(MEASURES[name], loc="left", fontsize=10, weight="bold")
    axes.legend(frameon=False, fontsize=7, loc="best")
    plain(axes)


def kept_row(distances: np.ndarray) -> int | None:
    """Where the least distance is, the first of equal ones; None where none is a finite number."""
    finite = np.isfinite(distances)
    return int(np.where(finite, distances, np.inf).argmin()) if finite.any() else None


def _lines(axes: Axes, history: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> None:
    for name, (label, colour) in columns.items():
        axes.plot(
            history["iteration"], history[name].to_numpy(float), color=colour, lw=2, marker="o", ms=3, label=label
        )
    axes.margins(x=0.06, y=0.14)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_xlabel("iteration of the generator")
    plain(axes)
