"""Which music becomes a piano roll, and on which of its tracks; split by split."""

from typing import Any

import numpy as np
import pandas as pd

from counterpoint.encodings.band import TRACKS, as_band, effects
from counterpoint.encodings.grid import coverage
from counterpoint.encodings.layout import PITCHES, REST, Layout, Track
from counterpoint.encodings.metre import wrong_metre
from counterpoint.encodings.pianoroll import encode, phrase_starts
from counterpoint.encodings.rolls import Split
from counterpoint.encodings.splits import SPLITS
from counterpoint.notes.keys import find_keys, semitones_to_common
from counterpoint.notes.voices import VOICE_NAMES, VOICES, four_voices
from counterpoint.params import PianoRoll

PHRASE_LENGTHS = (2, 4, 8)  # bars, of the phrases that are counted


def described(
    notes: pd.DataFrame, pieces: pd.DataFrame, settings: PianoRoll
) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """The layout's JSON, how often each row of training's rolls is on, and `covered` of each split."""
    tables = split_notes(notes, pieces, settings)
    layout = fit_layout(tables["train"][0], settings)
    rolls = rolled_splits(tables, layout, settings)
    covers = {name: covered(of_split, tables[name][0], layout, notes) for name, of_split in rolls.items()}
    return layout.to_json(), frequencies(rolls["train"], layout), covers


def arrange(notes: pd.DataFrame, pieces: pd.DataFrame, settings: PianoRoll) -> tuple[pd.DataFrame, dict[str, str]]:
    """The music that `settings` takes, its tracks numbered as the layout's; and of each other piece why it is left out.

    notes, pieces: the two tables of notes.table. Pieces in another metre, or that change it, are left out whole, and so
    are those without the view's tracks: four pitched ones for voices, any of a band's for a band.
    """
    sounding = set(notes["piece"])
    left_out = wrong_metre(pieces, settings.metre)
    notes = notes[notes["piece"].isin(pieces["piece"]) & ~notes["piece"].isin(left_out)]
    arranged = four_voices(notes) if settings.view == "voices" else as_band(notes)
    tracks = notes[~notes["is_drum"].to_numpy(bool)].groupby("piece")["track"].nunique()
    for piece in set(pieces["piece"]) - set(left_out) - set(arranged["piece"]):
        voices = f"{tracks.get(piece, 0)} tracks have pitched notes, not {VOICES}"
        band = "all its notes are effects" if piece in sounding else "it has no note"
        left_out[piece] = voices if settings.view == "voices" else band
    return arranged, dict(sorted(left_out.items()))


def split_notes(
    notes: pd.DataFrame, pieces: pd.DataFrame, settings: PianoRoll
) -> dict[str, tuple[pd.DataFrame, dict[str, str]]]:
    """What `arrange` gives, as {"train", "validation", "test"}; a split may be empty. `pieces` has its column split."""
    arranged, left_out = arrange(notes, pieces, settings)
    split_of = pieces.set_index("piece")["split"]
    return {
        split: (
            arranged[arranged["piece"].map(split_of) == split],
            {piece: reason for piece, reason in left_out.items() if split_of[piece] == split},
        )
        for split in SPLITS
    }


def fit_layout(training: pd.DataFrame, settings: PianoRoll) -> Layout:
    """The layout that `settings` asks for. A voice's program is the one that most of its notes in `training` bear."""
    if settings.view == "voices":
        programs = (
            training.groupby("track")["program"].agg(lambda of: of.mode()[0]).reindex(range(VOICES), fill_value=0)
        )
        tracks = tuple(Track(name, int(programs[i]), False) for i, name in enumerate(VOICE_NAMES))
    else:
        tracks = tuple(Track(*track) for track in TRACKS)
    return Layout(settings.view, tracks, settings.bar_ticks, settings.steps)


def rolled_splits(
    tables: dict[str, tuple[pd.DataFrame, dict[str, str]]], layout: Layout, settings: PianoRoll
) -> dict[str, Split]:
    """The music of `split_notes` as rolls, with the semitones that bring each piece to C major or A minor."""
    result = {}
    for name, (music, left_out) in tables.items():
        shift = semitones_to_common(find_keys(music)).to_numpy(np.int8)  # sorted by piece, as bars are
        result[name] = Split(name, encode(music, layout), shift, settings.least_tracks, left_out)
    return result


def covered(split: Split, music: pd.DataFrame, layout: Layout, notes: pd.DataFrame) -> dict[str, Any]:
    """How much of a split its rolls say: pieces, phrases by their bars, what was left out, and `grid.coverage`.

    music: the split's, arranged. notes: of the corpus, as they were. left_out_notes: by what plays them, those of the
    split's pieces that are on no track.
    """
    counts = {str(length): len(phrase_starts(split.bars, length, split.least_tracks)) for length in PHRASE_LENGTHS}
    pieces = {"pieces": len(split.bars.pieces), "bars": len(split.bars.rolls), "phrases": counts}
    before = notes[notes["piece"].isin(split.bars.pieces)]
    unheard = {"drums": int(before["is_drum"].sum())} if layout.view == "voices" else effects(before)
    left_out = {"left_out_notes": unheard, "left_out_pieces": len(split.left_out), "left_out": split.left_out}
    return pieces | coverage(music, layout) | left_out


def frequencies(split: Split, layout: Layout) -> pd.DataFrame:
    """In how many steps each row is on, by track: columns track, row, meaning (MIDI number, rest or again), steps,
    share (of all steps).
    """
    on = split.bars.rolls.sum(axis=(0, 2))
    meanings = [str(layout.lowest + row) for row in range(REST)] + ["rest", "again"]
    return pd.DataFrame(
        {
            "track": np.repeat([track.name for track in layout.tracks], PITCHES),
            "row": np.tile(np.arange(PITCHES), len(layout.tracks)),
            "meaning": np.tile(meanings, len(layout.tracks)),
            "steps": on.ravel(),
            "share": on.ravel() / max(len(split.bars.rolls) * layout.steps, 1),
        }
    )
