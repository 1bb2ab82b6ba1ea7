"""Pieces before they are made, and the network at work on batches of them."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST, Layout
from counterpoint.models.musegan.binarise import Binarise, binarise
from counterpoint.models.musegan.generators import Generator, Noise, noise_shapes

# Products of other shapes, or of another row, may be other sums to the last bit: a piece is always the same row of a
# batch of ROWS, whatever stands in the others.
ROWS = 8
GIVEN, CELLS, KEY = 1, 2, 3  # what a piece draws numbers for; not 0, as numpy seeds [a, b, 0] and [a, b] alike


@dataclass(frozen=True, eq=False)
class Piece:
    """All that decides a piece but the network."""

    name: str
    seeds: tuple[int, int]  # the request's, and the piece's number
    noise: Noise  # float32 (phrases, streams, size) each
    given: np.ndarray | None = None  # bool (bars, steps, PITCHES), whole phrases, in the network's key
    shift: int | None = None  # semitones that brought `given` to the common key

    def random(self, *purpose: int) -> np.random.Generator:
        """Numbers of this piece's own for one purpose, the same at every call."""
        return np.random.default_rng([*self.seeds, *purpose])


def batches(pieces: list[Piece], size: int = ROWS) -> list[list[Piece]]:
    """`pieces` in turn, `size` at a time."""
    return [pieces[first : first + size] for first in range(0, len(pieces), size)]


class Writer:
    """The compiled network and how its numbers become a roll. The network's weights may change between calls."""

    def __init__(self, network: Generator, layout: Layout, way: Binarise) -> None:
        sizes = network.sizes
        self.sizes, self.layout, self.way = sizes, layout, way
        noise = [tf.TensorSpec((ROWS, *shape)) for shape in noise_shapes(sizes)]
        told = [] if sizes.given is None else [tf.TensorSpec((ROWS, sizes.bars, sizes.steps, PITCHES))]
        self._made = tf.function(
            lambda noise, told: network(Noise(*noise), given=told[0] if told else None, training=False),
            input_signature=[noise, told],
        )

    def rolls(self, batch: list[Piece]) -> np.ndarray:
        """bool (pieces, tracks, bars, steps, PITCHES) of at most ROWS pieces of equally many phrases, given tracks in
        their places.

        A phrase stands by itself, as those that the network was trained on: what sounds in its first step begins there
        and is not held over from the phrase before. A given track is held as it was.
        """
        sizes = self.sizes
        phrases = [self._phrase(batch, number) for number in range(len(batch[0].noise.shared_fixed))]
        rolls = np.concatenate(phrases, axis=2)
        rolls[:, :, 0, 0, AGAIN] = False
        later = slice(sizes.bars, None, sizes.bars)
        rolls[:, :, later, 0, AGAIN] = ~rolls[:, :, later, 0, REST]
        if sizes.given is None:
            return rolls
        given = np.stack([piece.given for piece in batch if piece.given is not None])[:, None]
        given[:, :, 0, 0, AGAIN] = False
        return np.concatenate([rolls[:, : sizes.given], given, rolls[:, sizes.given :]], axis=1)

    def _phrase(self, batch: list[Piece], number: int) -> np.ndarray:
        """bool (pieces, generated tracks, bars, steps, PITCHES) of each piece's phrase of that number."""
        bars = slice(number * self.sizes.bars, (number + 1) * self.sizes.bars)
        noise = [
            _rows([part[number] for part in parts]) for parts in zip(*(piece.noise for piece in batch), strict=True)
        ]
        given = [piece.given[bars].astype(np.float32) for piece in batch if piece.given is not None]
        told = []
        if given:
            told = [2 * _rows(given) - 1]
            told[0][:, 0, 0, AGAIN] = -1  # off in a phrase's first step, as in training
        values = self._made(noise, told).numpy()
        made = [
            binarise(values[row], self.layout, self.way, piece.random(CELLS, number)) for row, piece in enumerate(batch)
        ]
        return np.stack(made)


def _rows(values: list[np.ndarray]) -> np.ndarray:
    """float32 (ROWS, …), zeros after `values`."""
    rows = np.zeros((ROWS, *values[0].shape), np.float32)
    rows[: len(values)] = values
    return rows
