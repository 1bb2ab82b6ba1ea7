"""What the tracks, bars and steps of a piano roll stand for: all that is needed to read one as notes again."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

PITCHES = 84  # rows of a roll, of which the last two are no pitches
REST, AGAIN = 82, 83
LOWEST = 24  # MIDI number of row 0, C1


class LayoutError(ValueError):
    """A layout that no roll can have; the message names what to mend."""


@dataclass(frozen=True)
class Track:
    """program: General MIDI, 0 to 127, which decoded notes bear."""

    name: str
    program: int
    is_drum: bool


@dataclass(frozen=True)
class Layout:
    """tracks: in the roll's order. bar_ticks: of one bar, of so many `steps`. lowest: MIDI number of row 0."""

    view: Literal["voices", "band"]
    tracks: tuple[Track, ...]
    bar_ticks: int
    steps: int
    lowest: int = LOWEST

    def __post_init__(self) -> None:
        if self.steps < 1 or self.bar_ticks % self.steps:
            raise LayoutError(f"a bar of {self.bar_ticks} ticks cannot be cut into {self.steps} equal steps")

    @property
    def monophonic(self) -> bool:
        """Whether each track is one voice: one note at a time."""
        return self.view == "voices"

    @property
    def step_ticks(self) -> int:
        return self.bar_ticks // self.steps

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Layout":
        content = json.loads(text)
        return cls(**content | {"tracks": tuple(Track(**track) for track in content["tracks"])})
