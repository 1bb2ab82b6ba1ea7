"""What the four numbers of a tone are measured by: ranges learnt from training, each spread over [-1, 1]."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import numpy as np

from counterpoint.encodings.events import Texture
from counterpoint.notes.table import TICKS_PER_QUARTER

FEATURES = ("length", "pitch", "intensity", "gap")  # ticks, MIDI number, MIDI velocity, ticks
LENGTH, PITCH, INTENSITY, GAP = range(len(FEATURES))
BAR_TICKS = 4 * TICKS_PER_QUARTER  # tones have no metre: a bar is what evaluation counts by
Times = Literal["linear", "logarithmic"]
Four = tuple[int, int, int, int]

_TIMES = [LENGTH, GAP]
_LEAST: Four = (1, 0, 1, 0)
_MOST: Four = (2**31 - 1, 127, 127, 2**31 - 1)
_MOST_TONES_PER_STEP = 3  # as params.yaml may have


class ScaleError(ValueError):
    """A scale that no tones can have; the message says what came and what was expected."""


@dataclass(frozen=True)
class Scale:
    """All that is needed to read numbers in [-1, 1] as tones again.

    low, high: the least and the most of each of `FEATURES` in training, in ticks, MIDI numbers and velocities; of the
    pitch also with every transposition that training takes. grid_ticks: lengths and gaps are whole multiples of it.
    tones_per_step: so many tones, one after another, are one step of a sequence. times: how lengths and gaps are
    spread over [-1, 1]; "logarithmic" takes log(1 + grid steps), for "linear" crowds the short ones, which are nearly
    all, at one end. texture: "melody" is one tone at a time, "chords" any number. program: General MIDI, 0 to 127,
    which decoded tones bear.
    """

    low: Four
    high: Four
    grid_ticks: int
    tones_per_step: int
    times: Times
    texture: Texture
    program: int

    def __post_init__(self) -> None:
        _whole("grid_ticks", self.grid_ticks, 1, _MOST[GAP])
        _whole("tones_per_step", self.tones_per_step, 1, _MOST_TONES_PER_STEP)
        _whole("program", self.program, 0, 127)
        _one_of("times", self.times, get_args(Times))
        _one_of("texture", self.texture, get_args(Texture))
        for name, numbers in (("low", self.low), ("high", self.high)):
            if len(numbers) != len(FEATURES):
                raise ScaleError(f"scale: {name} has {len(numbers)} numbers, expected {len(FEATURES)}: {FEATURES}")
        for place, (feature, least, most) in enumerate(zip(FEATURES, _LEAST, _MOST, strict=True)):
            _whole(f"the low {feature}", self.low[place], least, most)
            _whole(f"the high {feature}", self.high[place], self.low[place], most)
            if place in _TIMES and (self.low[place] % self.grid_ticks or self.high[place] % self.grid_ticks):
                raise ScaleError(
                    f"scale: {feature} is {self.low[place]} to {self.high[place]} ticks, expected whole multiples of "
                    f"grid_ticks, {self.grid_ticks}"
                )

    @property
    def step_numbers(self) -> int:
        """How many numbers a step of a sequence has: four a tone."""
        return len(FEATURES) * self.tones_per_step

    @property
    def semitone(self) -> float:
        """How much of [-1, 1] one semitone is; 0 where all pitches are one."""
        return 2 / span if (span := self.high[PITCH] - self.low[PITCH]) else 0.0

    def scaled(self, tones: np.ndarray) -> np.ndarray:
        """float32 (…, 4) in [-1, 1] of whole numbers (…, 4); what is out of range is clipped to it.

        A feature that is constant in training is 0.
        """
        low, high = self._spread(np.array(self.low)), self._spread(np.array(self.high))
        inside = self._spread(np.clip(tones, self.low, self.high))
        return np.where(high > low, 2 * (inside - low) / np.where(high > low, high - low, 1) - 1, 0).astype(np.float32)

    def unscaled(self, values: np.ndarray) -> np.ndarray:
        """int64 (…, 4), within low and high, of numbers (…, 4): times to the nearest of the grid, all else to the
        nearest whole number. The inverse of `scaled`, exactly so up to a million grid steps, which float32 tells apart.

        Beyond [-1, 1] is clipped. A constant feature is its constant, whatever the number.
        """
        low, high = self._spread(np.array(self.low)), self._spread(np.array(self.high))
        spread = low + (np.clip(values.astype(np.float64), -1, 1) + 1) / 2 * (high - low)
        if self.times == "logarithmic":
            spread[..., _TIMES] = np.expm1(spread[..., _TIMES])
        whole = np.rint(spread).astype(np.int64)
        whole[..., _TIMES] *= self.grid_ticks
        return np.clip(whole, self.low, self.high)

    def _spread(self, tones: np.ndarray) -> np.ndarray:
        """Times in grid steps, or the logarithm of 1 more; all else as it is."""
        spread = tones.astype(np.float64)
        spread[..., _TIMES] /= self.grid_ticks
        if self.times == "logarithmic":
            spread[..., _TIMES] = np.log1p(spread[..., _TIMES])
        return spread

    def to_json(self) -> str:
        """The scale as JSON text; equal scales are equal text."""
        named = {name: dict(zip(FEATURES, getattr(self, name), strict=True)) for name in ("low", "high")}
        return json.dumps(asdict(self) | named, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Scale":
        """The inverse of `to_json`. Raises ScaleError if `text` is no scale's."""
        try:
            content = json.loads(text)
            ranges = {name: tuple(content[name][feature] for feature in FEATURES) for name in ("low", "high")}
            return cls(**content | ranges)
        except ScaleError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise ScaleError(
                f"this is not a scale's JSON, which has {', '.join(cls.__dataclass_fields__)}: {error!r}"
            ) from error


def whole_bars_ticks(grid_ticks: int) -> int:
    """The fewest whole bars that are whole steps of a grid: one, wherever a grid divides it."""
    return math.lcm(BAR_TICKS, grid_ticks)


def _whole(name: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ScaleError(f"scale: {name} is {value!r}, expected a whole number from {least} to {most}")


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ScaleError(f"scale: {name} is {value!r}, expected {' or '.join(known)}")
