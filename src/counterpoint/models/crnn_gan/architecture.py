"""What a C-RNN-GAN is made of, as numbers: enough to build its networks again."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from counterpoint.encodings.scale import FEATURES
from counterpoint.models.crnn_gan.heads import Choices, Chosen, Head, Numbers

Kind = Literal["dense", "lstm"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# The published widths of each kind's layers, in order. dense: the simple GAN's three dense layers; its critic's LSTM,
# bidirectional LSTM and two dense layers. lstm: Mogren 2016, section 3, "Model layout details".
GENERATOR: dict[Kind, tuple[int, ...]] = {"dense": (256, 512, 1024), "lstm": (350, 350)}
DISCRIMINATOR: dict[Kind, tuple[int, ...]] = {"dense": (512, 512, 512, 256), "lstm": (350, 350)}
LEAST_UNITS = 4


class ArchitectureError(ValueError):
    """Sizes that no C-RNN-GAN can have; the message names the one to mend."""


@dataclass(frozen=True)
class Architecture:
    """Sizes of the networks; the published widths are those of width 1.

    generator: "lstm", the paper's, which hears its own last step and fresh noise at each; or "dense", the simple GAN's,
    which makes a window at once. Each has its own discriminator. steps: of a window. numbers: of a step, four a tone.
    noise: numbers of noise, of a step ("lstm") or of a window ("dense"), beside those that choices take. choices: the
    scaled values, ascending, that each of a tone's four features may have; none at all: any from -1 to 1.
    """

    generator: Kind
    steps: int
    numbers: int
    noise: int
    generator_width: float = 1.0
    discriminator_width: float = 1.0
    choices: Choices = ()

    def __post_init__(self) -> None:
        if self.generator not in KINDS:
            raise ArchitectureError(f"generator is {self.generator!r}, allowed are {', '.join(KINDS)}")
        if self.steps < 2:
            raise ArchitectureError(f"steps is {self.steps}: a window has two at least")
        for name in ("numbers", "noise", "generator_width", "discriminator_width"):
            if not getattr(self, name) > 0:
                raise ArchitectureError(f"{name} is {getattr(self, name)}: it is more than 0")
        if self.numbers % len(FEATURES):
            raise ArchitectureError(f"numbers is {self.numbers}: a tone has {len(FEATURES)}")
        if self.choices and len(self.choices) != len(FEATURES):
            raise ArchitectureError(f"choices are of {len(self.choices)} features: a tone has {', '.join(FEATURES)}")
        for feature, values in zip(FEATURES, self.choices, strict=False):
            if not values:
                raise ArchitectureError(f"choices of {feature}: there are none, it has one at least")
            if any(value >= after for value, after in pairwise(values)):
                raise ArchitectureError(f"choices of {feature} are {list(values)}: they ascend")

    @property
    def generator_units(self) -> tuple[int, ...]:
        """The generator's layers at this architecture's scale."""
        return _scaled(GENERATOR[self.generator], self.generator_width)

    @property
    def discriminator_units(self) -> tuple[int, ...]:
        """The discriminator's layers at this architecture's scale."""
        return _scaled(DISCRIMINATOR[self.generator], self.discriminator_width)

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The noise behind one window: one vector, or one a step; the head's luck stands after the `noise` numbers."""
        luck = self.head.luck
        return (self.noise + self.steps * luck,) if self.generator == "dense" else (self.steps, self.noise + luck)

    @property
    def head(self) -> Head:
        """How what the generator's last layer says becomes tones."""
        return Chosen(self.choices, self.numbers // len(FEATURES)) if self.choices else Numbers(self.numbers)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Architecture":
        return cls(**content | {"choices": tuple(tuple(values) for values in content.get("choices", ()))})


def _scaled(published: tuple[int, ...], width: float) -> tuple[int, ...]:
    return tuple(max(LEAST_UNITS, round(units * width)) for units in published)
