"""A trained C-RNN-GAN at work: pieces of any number of tones, and pieces between two."""

from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint.encodings.scale import Scale
from counterpoint.encodings.vectors import decode
from counterpoint.models import folder as model_folder
from counterpoint.models.crnn_gan import saving
from counterpoint.models.crnn_gan.bars import joined
from counterpoint.models.crnn_gan.networks import Generator
from counterpoint.models.folder import ModelFolderError, NonFiniteWeights
from counterpoint.models.generator import MOST_PIECES, Sampling, refuse_beyond
from counterpoint.models.latent import along_arc, drifting
from counterpoint.notes.table import validate

CONTROLS = frozenset({"count", "seed", "length", "noise_scale"})
# Products of other shapes, or of another row, may be other sums to the last bit: a piece is always the same row of a
# batch of ROWS, whatever stands in the others.
ROWS = 8


class CRNNGAN:
    """A `models.generator.Generator` of its scale's texture, and an Interpolator.

    See `load`. name: in the catalog. The network's weights may change between calls.
    """

    controls = CONTROLS

    def __init__(self, name: str, network: Generator, scale: Scale) -> None:
        if network.sizes.numbers != scale.step_numbers:
            raise ValueError(
                f"a step of the network has {network.sizes.numbers} numbers, one of the scale {scale.step_numbers}: "
                "they are not of one model"
            )
        self.name, self.texture = name, str(scale.texture)
        self.network, self.scale = network, scale
        self._begin = tf.function(lambda: network.begin(ROWS))
        self._go_on = tf.function(network.go_on)

    def generate(self, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` pieces of `sampling.length` tones as one note table: "000", "001", …, one track.

        A piece has whole steps, one at least, so that where a step is several tones it may have a few fewer. It is made
        window by window: the recurrent generator goes on from where it was, the dense one makes each anew, of noise
        that `latent.drifting` carries over, and each goes on in the bar where it begins (`bars.joined`).

        Raises ValueError for fields that are not in `CONTROLS`.
        """
        refuse_beyond(CONTROLS, sampling, self.name)
        pieces = [self._noise(sampling, number) for number in range(sampling.count)]
        batches = [pieces[first : first + ROWS] for first in range(0, len(pieces), ROWS)]
        return self._written(batches, sampling)

    def interpolate(self, sampling: Sampling, other_seed: int, steps: int) -> pd.DataFrame:
        """`steps` pieces "000", "001", …: the first piece of `sampling.seed`, then the way to that of `other_seed`.

        Their noise lies on the arc between (`latent.along_arc`); the ends are what `generate` gives for each seed.

        Raises ValueError for fewer than 2 or too many steps, and for fields that are not in `CONTROLS`, `count` among
        them.
        """
        refuse_beyond(CONTROLS - {"count"}, sampling, f"interpolating by {self.name}")
        if not 2 <= steps <= MOST_PIECES:
            raise ValueError(f"steps is {steps}, allowed are 2 to {MOST_PIECES}, both ends among them")
        other = Sampling.model_validate(sampling.model_dump(exclude_unset=True) | {"seed": other_seed})
        first, last = (self._noise(asked, 0) for asked in (sampling, other))
        pieces = [along_arc(first, last, step / (steps - 1)) for step in range(steps)]
        return self._written([[piece] for piece in pieces], sampling)  # each in the row that both ends have alone

    def _noise(self, sampling: Sampling, number: int) -> np.ndarray:
        """float32 (windows, *noise_shape) of one piece, by (seed, number) alone; fewer are the beginning of more.

        Luck does not drift: what it chose in one window is nothing to hold on to in the next.
        """
        sizes = self.network.sizes
        random, windows = np.random.default_rng([sampling.seed, number]), -(-self._steps(sampling) // sizes.steps)
        if sizes.generator == "dense":
            (drifted,) = drifting(random, [(sizes.noise,)], windows)
            of_luck = random.spawn(1)[0]
            luck = of_luck.standard_normal((windows, sizes.noise_shape[0] - sizes.noise), np.float32)
            noise = np.concatenate([drifted, luck], axis=1)
        else:
            noise = random.standard_normal((windows, *sizes.noise_shape), np.float32)
        return noise * np.float32(sampling.noise_scale)

    def _steps(self, sampling: Sampling) -> int:
        return max(sampling.length // self.scale.tones_per_step, 1)

    def _written(self, batches: list[list[np.ndarray]], sampling: Sampling) -> pd.DataFrame:
        """The notes of all pieces, batch by batch, named as they come. batches: each piece's noise."""
        tables, named = [], 0
        for batch in batches:
            names = [f"{named + row:03d}" for row in range(len(batch))]
            values = self._values(np.stack(batch, axis=1))[:, : self._steps(sampling)]
            if self.network.sizes.generator == "dense":
                values = joined(values, self.network.sizes.steps, self.scale)
            tables.append(decode(values, names, self.scale))
            named += len(batch)
        return validate(pd.concat(tables, ignore_index=True))

    def _values(self, noise: np.ndarray) -> np.ndarray:
        """float32 (pieces, steps, numbers) from (windows, pieces, *noise_shape), at most ROWS pieces."""
        pieces = noise.shape[1]
        rows = np.zeros((len(noise), ROWS, *noise.shape[2:]), np.float32)
        rows[:, :pieces] = noise
        state, made = self._begin(), []
        for window in rows:
            values, state = self._go_on(tf.constant(window), state)
            made.append(values.numpy()[:pieces])
        return np.concatenate(made, axis=1)


def load(folder: Path) -> CRNNGAN:
    """The generator in a trained model's folder, its digests checked first.

    Raises ModelFolderError if a file is missing, altered or unreadable, NonFiniteWeights if a weight is not finite.
    """
    manifest = model_folder.verify(folder)
    try:
        scale = Scale.from_json((folder / "encoding.json").read_text(encoding="utf-8"))
        return CRNNGAN(manifest.generator, saving.load(folder), scale)
    except NonFiniteWeights:
        raise
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise ModelFolderError(f"{folder}: the model cannot be put together: {error}") from error
