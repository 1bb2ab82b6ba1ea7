"""A trained MuseGAN at work: pieces of many phrases, accompaniments of a given track, pieces between two."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import Layout
from counterpoint.encodings.pianoroll import decode
from counterpoint.models import folder as model_folder
from counterpoint.models.folder import ModelFolderError, NonFiniteWeights
from counterpoint.models.generator import MOST_PIECES, Sampling, refuse_beyond
from counterpoint.models.musegan import saving
from counterpoint.models.musegan.binarise import Binarise, require
from counterpoint.models.musegan.generators import Generator, noise_shapes
from counterpoint.models.musegan.given import Given, in_phrases, read_track
from counterpoint.models.musegan.keys import Keys, moved, real_shift, shift_to_common
from counterpoint.models.musegan.noise import between, piece_noise, scaled_by
from counterpoint.models.musegan.pieces import GIVEN, KEY, Piece, Writer, batches
from counterpoint.notes.keys import transpose
from counterpoint.notes.table import SORT_KEYS, empty_notes, validate

CONTROLS = frozenset({"count", "seed", "bars", "noise_scale"})


class MuseGAN:
    """A `models.generator.Generator` of its layout's view, an Accompanist (if a track is given) and an Interpolator.

    See `load`. name: in the catalog. way: how the network's numbers become notes (`binarise`). keys: if it writes in
    the common key. given: what `generate` accompanies, if the network is given a track. The network's weights may
    change between calls.
    """

    controls = CONTROLS

    def __init__(
        self,
        name: str,
        network: Generator,
        layout: Layout,
        way: Binarise,
        keys: Keys | None = None,
        given: Given | None = None,
    ) -> None:
        sizes = network.sizes
        ours = (sizes.tracks, sizes.steps, sizes.voices)
        theirs = (len(layout.tracks), layout.steps, layout.monophonic)
        if ours != theirs:
            raise ValueError(
                f"the network has (tracks, steps, voices) {ours}, the layout {theirs}: they are not of one model"
            )
        require(way, layout)
        self.name, self.texture = name, str(layout.view)
        self.network, self.layout, self.keys, self.given = network, layout, keys, given
        self._writer = Writer(network, layout, way)

    def generate(self, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` pieces of `sampling.bars` bars as one note table: "000", "001", …, the layout's tracks.

        A piece is made of phrases (`noise.piece_noise` says how they cohere) and cut at its last bar. If the network is
        given a track, each piece accompanies a passage of `given`, which is part of it.

        Raises ValueError for fields that are not in `CONTROLS`, and for more bars than any of the pieces that came with
        the model has, if it is given a track.
        """
        refuse_beyond(CONTROLS, sampling, self.name)
        pieces = [self._piece(sampling, number) for number in range(sampling.count)]
        return self._written(batches(pieces), sampling.bars)

    def accompany(self, track: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` accompaniments of `track`, as long as it is, to the end of its last bar.

        track: a note table of one piece, the notes of the track that the network was trained to be given; its bars are
        the layout's, from tick 0. The network hears it on the layout's grid; in the result it is as it came, in its
        place. If the network writes in the common key, the track is heard there by its own key (`notes.keys.find_keys`)
        and what is written is moved back.

        Raises ValueError if the model does not accompany, for a track that cannot be read (`given.read_track`), and for
        fields that are not in `CONTROLS`, `bars` among them.
        """
        place = self.network.sizes.given
        if place is None:
            raise ValueError(
                f"this model, {self.name}, does not accompany: no track was given to it in training; musegan_accompany "
                "does"
            )
        refuse_beyond(CONTROLS - {"bars"}, sampling, f"accompanying by {self.name}")
        roll = read_track(track, self.layout, place)
        shift = 0 if self.keys is None else shift_to_common(track)
        heard = in_phrases(moved(roll, shift, place, self.layout), self.network.sizes.bars)
        pieces = [
            replace(self._from_noise(sampling, number, len(heard)), given=heard, shift=shift)
            for number in range(sampling.count)
        ]
        notes = self._written(batches(pieces), len(roll))
        own = [track.assign(piece=piece.name, track=place) for piece in pieces]
        return _joined([notes[notes["track"] != place], *own])

    def interpolate(self, sampling: Sampling, other_seed: int, steps: int) -> pd.DataFrame:
        """`steps` pieces "000", "001", …: the first piece of `sampling.seed`, then the way to that of `other_seed`.

        Their noise lies on the arc between (`noise.between`); the ends are what `generate` gives for each seed. What
        else a piece draws (its key, its given passage, Bernoulli's numbers) knows no between: it is the nearer end's,
        in the middle the first's.

        Raises ValueError for fewer than 2 or too many steps, and for fields that are not in `CONTROLS`, `count` among
        them.
        """
        refuse_beyond(CONTROLS - {"count"}, sampling, f"interpolating by {self.name}")
        if not 2 <= steps <= MOST_PIECES:
            raise ValueError(f"steps is {steps}, allowed are 2 to {MOST_PIECES}, both ends among them")
        other = Sampling.model_validate(sampling.model_dump(exclude_unset=True) | {"seed": other_seed})
        first, last = (self._piece(asked, 0) for asked in (sampling, other))
        pieces = []
        for step in range(steps):
            nearer = first if 2 * step <= steps - 1 else last
            noise = between(first.noise, last.noise, step / (steps - 1))
            pieces.append(replace(nearer, name=f"{step:03d}", noise=noise))
        return self._written(batches(pieces, 1), sampling.bars)  # each in the row that both ends have in `generate`

    def _piece(self, sampling: Sampling, number: int) -> Piece:
        piece = self._from_noise(sampling, number, sampling.bars)
        if self.network.sizes.given is None:
            return piece
        if self.given is None:
            raise ValueError(f"{self.name} has no passages of a given track with it: accompany one of your own")
        roll, shift = self.given.passage(sampling.bars, piece.random(GIVEN))
        return replace(piece, given=in_phrases(roll, self.network.sizes.bars), shift=shift)

    def _from_noise(self, sampling: Sampling, number: int, bars: int) -> Piece:
        sizes = self.network.sizes
        noise = piece_noise(noise_shapes(sizes), sampling.seed, number, phrases=-(-bars // sizes.bars))
        return Piece(f"{number:03d}", (sampling.seed, number), scaled_by(noise, sampling.noise_scale))

    def _written(self, many: list[list[Piece]], bars: int) -> pd.DataFrame:
        """The notes of the first `bars` bars of all pieces, batch by batch, in their real keys."""
        tables = []
        for batch in many:
            rolls = self._writer.rolls(batch)[:, :, :bars]
            names = [piece.name for piece in batch]
            notes = decode(rolls, names, self.layout)
            if self.keys is not None:
                home = [self._way_home(self.keys, *of) for of in zip(batch, rolls, strict=True)]
                notes = transpose(notes, pd.Series(home, names, dtype=np.int64))
            tables.append(notes)
        return _joined(tables)

    def _way_home(self, keys: Keys, piece: Piece, roll: np.ndarray) -> int:
        """Semitones from the common key to the piece's own. roll: bool (tracks, bars, steps, PITCHES)."""
        if piece.shift is not None:
            return -piece.shift
        return real_shift(keys, roll.swapaxes(0, 1), self.layout, piece.random(KEY))


def load(folder: Path) -> MuseGAN:
    """The generator in a trained model's folder, its digests checked first.

    Raises ModelFolderError if a file is missing, altered or unreadable, NonFiniteWeights if a weight is not finite.
    """
    manifest = model_folder.verify(folder)
    try:
        layout = Layout.from_json((folder / "encoding.json").read_text(encoding="utf-8"))
        settings = json.loads((folder / "params.json").read_text(encoding="utf-8"))[manifest.generator]
        network = saving.load(folder)
        keys = None
        if settings["key"] == "common":
            keys = Keys.from_json((folder / "keys.json").read_text(encoding="utf-8"))
        given = None if network.sizes.given is None else Given.load(folder / "given.npz")
        return MuseGAN(manifest.generator, network, layout, settings["binarise"], keys, given)
    except NonFiniteWeights:
        raise
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise ModelFolderError(f"{folder}: the model cannot be put together: {error}") from error


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    full = [table for table in tables if len(table)]
    if not full:
        return empty_notes()
    return validate(pd.concat(full).sort_values(SORT_KEYS, kind="stable", ignore_index=True))
