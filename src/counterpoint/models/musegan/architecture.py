"""What a MuseGAN is made of, as numbers: enough to build its networks again."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from counterpoint.encodings.layout import PITCHES, REST

Composition = Literal["jamming", "composer", "hybrid"]
Join = Literal["concatenate", "sum"]
COMPOSITIONS: tuple[Composition, ...] = get_args(Composition)
JOINS: tuple[Join, ...] = get_args(Join)
SEMITONES = 12
OCTAVES = PITCHES // SEMITONES
DOUBLINGS = 3  # of a bar generator's steps
UPSAMPLED = 2**DOUBLINGS  # a bar has a multiple of so many steps
# The published widths: of the temporal network, of a bar generator's layers, of the critic's.
TEMPORAL = 512
BAR = (1024, 512, 256, 256, 256)
CRITIC = (128, 64, 64, 64, 64, 64, 128, 256, 512)


class ArchitectureError(ValueError):
    """Sizes that no MuseGAN can have; the message names the one to mend."""


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks; the published widths are those of width 1.

    tracks: of the phrase, the given one too. voices: whether each track is one voice, so that at every step it is one
    pitch or a rest (a softmax), or is polyphonic (each pitch by itself, a tanh). given: the track that is given, whose
    index the others are generated for; None: all are generated. streams: whether critics are told of harmony and rhythm
    (`musegan.streams`), which the published ones are not. conductor: whether all bar generators hear one plan of a bar
    (`generators.conductor`), which the published do not. drums: tracks whose rows are instruments, not pitches.
    ranges: of each track its lowest and highest row, beyond which nothing is generated; empty: all rows, as published.
    """

    tracks: int
    bars: int
    steps: int
    voices: bool
    composition: Composition = "hybrid"
    join: Join = "concatenate"
    noise: int = 32  # numbers in each of the (four, in hybrid) vectors that make a generator's input
    width: float = 1.0
    track_widths: dict[int, float] = field(default_factory=dict)  # track → its generator's width, where it is another
    streams: bool = False
    conductor: bool = False
    given: int | None = None
    embedding: int = 32  # numbers that tell a bar of the given track
    drums: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.bars < 2:
            raise ArchitectureError(f"bars is {self.bars}: a phrase has two at least")
        if self.steps % UPSAMPLED or self.steps < UPSAMPLED:
            raise ArchitectureError(
                f"steps is {self.steps}: a bar's steps are a multiple of {UPSAMPLED}, for the strides 2, 2 and 2 of "
                "the bar generator"
            )
        for name, allowed in (("composition", COMPOSITIONS), ("join", JOINS)):
            if getattr(self, name) not in allowed:
                raise ArchitectureError(f"{name} is {getattr(self, name)!r}, allowed are {', '.join(allowed)}")
        for name in ("tracks", "noise", "width", "embedding"):
            if not getattr(self, name) > 0:
                raise ArchitectureError(f"{name} is {getattr(self, name)}: it is more than 0")
        if self.given is not None and not (self.tracks > 1 and 0 <= self.given < self.tracks):
            raise ArchitectureError(
                f"the given track is {self.given}, of {self.tracks} tracks: one of them is given, another generated"
            )
        if self.conductor and self.composition != "hybrid":
            raise ArchitectureError(
                f"conductor is of the noise that generators of their own share, as hybrid's do; composition is "
                f"{self.composition}"
            )
        self._check_track_widths()
        self._check_ranges()

    def _check_track_widths(self) -> None:
        if self.track_widths and self.composition == "composer":
            raise ArchitectureError("track_widths are of tracks with a generator each; composer has one for all")
        for track, width in self.track_widths.items():
            if track not in self.generated:
                raise ArchitectureError(
                    f"track_widths names track {track}, generated are {', '.join(map(str, self.generated))}"
                )
            if not width > 0:
                raise ArchitectureError(f"track_widths gives track {track} the width {width}: it is more than 0")

    def _check_ranges(self) -> None:
        if self.ranges and len(self.ranges) != self.tracks:
            raise ArchitectureError(f"ranges has {len(self.ranges)} pairs of rows, for {self.tracks} tracks")
        for track, (lowest, highest) in enumerate(self.ranges):
            if not 0 <= lowest <= highest < REST:
                raise ArchitectureError(
                    f"ranges gives track {track} the rows {lowest} to {highest}: they lie in 0 to {REST - 1}, in order"
                )

    @property
    def generated(self) -> tuple[int, ...]:
        """The tracks that are generated, in the phrase's order."""
        return tuple(track for track in range(self.tracks) if track != self.given)

    @property
    def total_noise(self) -> int:
        """Numbers of noise behind each bar that a generator makes, the same in every composition (section 4.3)."""
        return 4 * self.noise

    def units(self, published: int, track: int | None = None) -> int:
        """A published layer's width at this architecture's scale, 4 at least."""
        width = self.width if track is None else self.track_widths.get(track, self.width)
        return max(4, round(published * width))

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"track_widths": {str(track): width for track, width in self.track_widths.items()}}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Architecture":
        widths = {int(track): float(width) for track, width in content["track_widths"].items()}
        ranges = tuple((lowest, highest) for lowest, highest in content.get("ranges", ()))
        return cls(**content | {"track_widths": widths, "drums": tuple(content.get("drums", ())), "ranges": ranges})
