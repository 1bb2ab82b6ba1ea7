"""The one interface of every generator: a request for music in, a note table out."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # for the types only: a served model is packed without evaluation
    from counterpoint.encodings.events import Tokens
    from counterpoint.evaluation.likelihood import EventNats


class Sampling(BaseModel):
    """What a caller may ask of a generator. The same request gives the same notes.

    Piece i depends on (seed, i) alone, never on how many are made beside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    count: int = Field(1, ge=1, le=64, description="how many pieces")
    length: int = Field(128, ge=1, le=4096, description="at most so many events a piece; it may end earlier by itself")
    temperature: float = Field(1.0, ge=0.0, le=5.0, description="of the notes; 0 takes the likeliest (greedy)")
    duration_temperature: float | None = Field(
        None, ge=0.0, le=5.0, description="of the durations; default: as the notes"
    )
    top_k: int = Field(0, ge=0, le=10_000, description="choose among the k likeliest; 0: among all")
    top_p: float = Field(1.0, gt=0.0, le=1.0, description="choose among the likeliest that hold this much probability")
    seed: int = Field(0, ge=0, lt=2**31, description="the same seed brings the same music")


class Generator(Protocol):
    """A trained generator, loaded and ready."""

    name: str  # its name in the catalog, e.g. attention_lstm
    texture: str  # melody | chords | voices | band

    def generate(self, sampling: Sampling, primer: pd.DataFrame | None = None) -> pd.DataFrame:
        """`sampling.count` pieces as one note table, pieces named "000", "001", …

        primer: a note table of one piece, which every generated piece begins with and continues.
        """
        ...


@runtime_checkable
class Likelihood(Protocol):
    """A generator that can also say how likely it holds given music to be."""

    def likelihood(self, tokens: "Tokens") -> "tuple[EventNats, tuple[np.ndarray, np.ndarray]]":
        """-log p of every event of `tokens`, END included, and whether its likeliest (note, duration) was right."""
        ...
