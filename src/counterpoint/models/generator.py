"""The one interface of every generator: a request for music in, a note table out."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # for the types only: a served model is packed without evaluation
    from counterpoint.encodings.events import Tokens
    from counterpoint.encodings.layout import Layout
    from counterpoint.evaluation.likelihood import EventNats

MOST_PIECES = 64  # of one request
MOST_BARS = 256  # of one piece


class Sampling(BaseModel):
    """What a caller may ask of a generator. The same request gives the same notes.

    Piece i depends on (seed, i) alone, never on how many are made beside it. Not every generator can obey every field
    (`Generator.controls`): one that was set and cannot be obeyed is refused, see `refuse_beyond`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    count: int = Field(1, ge=1, le=MOST_PIECES, description="how many pieces")
    length: int = Field(128, ge=1, le=4096, description="at most so many events a piece; it may end earlier by itself")
    temperature: float = Field(1.0, ge=0.0, le=5.0, description="of the notes; 0 takes the likeliest (greedy)")
    duration_temperature: float | None = Field(
        None, ge=0.0, le=5.0, description="of the durations; default: as the notes"
    )
    top_k: int = Field(0, ge=0, le=10_000, description="choose among the k likeliest; 0: among all")
    top_p: float = Field(1.0, gt=0.0, le=1.0, description="choose among the likeliest that hold this much probability")
    bars: int = Field(8, ge=1, le=MOST_BARS, description="how many bars a piece has")
    noise_scale: float = Field(
        1.0, ge=0.0, le=5.0, description="of the noise that pieces are made from; less is more usual, 0 always the same"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="the same seed brings the same music")


class Generator(Protocol):
    """A trained generator, loaded and ready."""

    name: str  # its name in the catalog, e.g. attention_lstm
    texture: str  # melody | chords | voices | band
    controls: frozenset[str]  # the fields of Sampling that it obeys

    def generate(self, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` pieces as one note table, pieces named "000", "001", …

        Raises ValueError for a field that was set and is not in `controls`.
        """
        ...


def refuse_beyond(controls: Collection[str], sampling: Sampling, doing: str) -> None:
    """Raise ValueError if `sampling` sets a field that is not among `controls`, whatever its value.

    doing: what cannot obey it, as a sentence begins, e.g. "attention_lstm".
    """
    beyond = [name for name in Sampling.model_fields if name in sampling.model_fields_set - set(controls)]
    if beyond:
        obeyed = ", ".join(name for name in Sampling.model_fields if name in controls)
        raise ValueError(f"{doing} does not obey {', '.join(beyond)}: leave it out; it obeys {obeyed}")


@runtime_checkable
class Likelihood(Protocol):
    """A generator that can also say how likely it holds given music to be."""

    def likelihood(self, tokens: "Tokens") -> "tuple[EventNats, tuple[np.ndarray, np.ndarray]]":
        """-log p of every event of `tokens`, END included, and whether its likeliest (note, duration) was right."""
        ...


@runtime_checkable
class Continuer(Protocol):
    """A generator that can also go on from music that is given."""

    def continue_from(self, primer: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` pieces, each of which begins with `primer`, a note table of one piece, and goes on from it.

        Raises ValueError for a primer that it cannot read, or that leaves no room.
        """
        ...


@runtime_checkable
class Accompanist(Protocol):
    """A generator that can also write the other tracks to one that is given."""

    layout: "Layout"  # of the bars in which it hears and writes

    def accompany(self, track: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` accompaniments of `track`, a note table of one piece; all tracks, the given one among them.

        Raises ValueError for a track that it cannot read, and if the model was not trained to accompany.
        """
        ...


@runtime_checkable
class Interpolator(Protocol):
    """A generator whose pieces are points in a space, with others between them."""

    def interpolate(self, sampling: Sampling, other_seed: int, steps: int) -> pd.DataFrame:
        """`steps` pieces "000", "001", …, from piece "000" of `sampling.seed` to that of `other_seed`."""
        ...
