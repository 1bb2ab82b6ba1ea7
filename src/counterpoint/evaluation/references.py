"""Real music made worse on purpose: what stands beside the models in every comparison, to show what a number means.

All take and give note tables in one texture. The same seed gives the same notes. What is known of a track is known from
`training`, and of one that training lacks, as a band's may, from the music that is spoilt.
"""

import numpy as np
import pandas as pd

from counterpoint.evaluation.music import STEP_TICKS
from counterpoint.notes.table import SORT_KEYS, empty_notes, note_table, validate


def corrupted(notes: pd.DataFrame, share: float, training: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """`notes` with a random `share` (0 to 1) of them spoilt; of two shares, the greater spoils what the lesser does.

    A spoilt note has a pitch drawn evenly from the range that its track has in `training`, and a length drawn evenly
    from one sixteenth to the length it had.
    """
    random = np.random.default_rng(seed)
    spoilt = random.random(len(notes)) < share
    pitches = _known(training, notes).groupby("track")["pitch"]
    lowest, highest = (notes["track"].map(bound) for bound in (pitches.min(), pitches.max()))
    pitch = np.floor(lowest + random.random(len(notes)) * (highest - lowest + 1))
    steps = np.ceil(notes["duration"] / STEP_TICKS * (1 - random.random(len(notes))))
    result = notes.assign(
        pitch=np.where(spoilt, pitch, notes["pitch"]).astype(np.int64),
        duration=np.where(spoilt, np.minimum(steps * STEP_TICKS, notes["duration"]), notes["duration"]).astype(
            np.int64
        ),
    )
    return validate(result.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def uniform_noise(notes: pd.DataFrame, training: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """As many pieces as `notes`, as long and with the same tracks, of notes drawn evenly.

    In each track one note follows another; pitches are drawn evenly from the range, lengths from the different lengths,
    that the track has in `training`.
    """
    random = np.random.default_rng(seed)
    ends = (notes["onset"] + notes["duration"]).groupby(notes["piece"]).max()
    by_track = dict(iter(_known(training, notes).groupby("track")))
    parts = [
        _noise(piece, track, int(ends[piece]), by_track[track], random)
        for piece, track in notes[["piece", "track"]].drop_duplicates().itertuples(index=False)
    ]
    if not parts:
        return empty_notes()
    joined = pd.concat(parts)
    return note_table(**{str(name): column.to_numpy() for name, column in joined.items()})


def _noise(piece: str, track: int, end: int, training: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    lengths = random.choice(np.unique(training["duration"]), -(-end // int(training["duration"].min())))
    onsets = np.cumsum(lengths) - lengths
    inside = onsets < end
    lowest, highest = int(training["pitch"].min()), int(training["pitch"].max())
    return pd.DataFrame(
        {
            "piece": piece,
            "track": track,
            "is_drum": bool(training["is_drum"].iloc[0]),
            "program": int(training["program"].iloc[0]),
            "onset": onsets[inside],
            "duration": np.minimum(lengths, end - onsets)[inside],
            "pitch": random.integers(lowest, highest + 1, int(inside.sum())),
        }
    )


def shuffled_tracks(notes: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Each piece keeps its first track and takes each other one that it has from another piece, no two from one.

    What results is as long as the shortest of the pieces it is made of. Where too few pieces have a track, as in a band
    they may, or there are fewer pieces than tracks, sources repeat, and where no other piece has it, it stays.
    """
    pieces = sorted(notes["piece"].unique())
    if len(pieces) < 2:
        return empty_notes()
    strides = np.random.default_rng(seed).permutation(np.arange(1, len(pieces)))
    parts = dict(iter(notes.groupby(["piece", "track"])))
    ends = (notes["onset"] + notes["duration"]).groupby(notes["piece"]).max()
    tracks = sorted(notes["track"].unique())
    mixed = []
    for place, piece in enumerate(pieces):
        ahead = pieces[place:] + pieces[:place]  # itself, then the pieces after it, in a ring
        first, *others = [number for number, track in enumerate(tracks) if (piece, track) in parts]
        sources = {tracks[first]: piece}
        for number in others:
            stride = strides[number % len(strides)]
            have = [source for source in ahead[stride:] + ahead[:stride] if (source, tracks[number]) in parts]
            sources[tracks[number]] = _one_of(have, avoiding=set(sources.values()), if_possible_not=piece)
        end = min(int(ends[source]) for source in sources.values())
        joined = pd.concat([parts[source, track] for track, source in sources.items()]).assign(piece=piece)
        joined = joined[joined["onset"] < end]
        mixed.append(joined.assign(duration=np.minimum(joined["duration"], end - joined["onset"])))
    return validate(pd.concat(mixed)[list(notes.columns)].sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def _one_of(sources: list[str], *, avoiding: set[str], if_possible_not: str) -> str:
    """The first of `sources` that is not to be avoided; else the first that is not the one named; else the first."""
    fresh = [source for source in sources if source not in avoiding]
    return (fresh or [source for source in sources if source != if_possible_not] or sources)[0]


def _known(training: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """`training`, and of the tracks that it lacks, `notes`."""
    lacking = ~notes["track"].isin(training["track"])
    return pd.concat([training, notes[lacking]]) if lacking.any() else training
