"""Any music as a band of five: drums, piano, guitar, bass, strings, by General MIDI program.

| track | General MIDI programs, counted from 0 |
|---|---|
| drums | any, on the drum channel |
| piano | 0–7 |
| guitar | 24–31 |
| bass | 32–39 |
| strings | 40–51, and all else: chromatic percussion, organ, choir, brass, reed, pipe, lead, pad, ethnic |
| none | 96–103 synth effects, 112–119 percussive, 120–127 sound effects |

As Dong et al. 2018, "MuseGAN", section "Data Preprocessing", merge the tracks of the Lakh pianoroll dataset into five,
what is none of the five into the strings; the five-track version of that dataset (LPD-5) leaves out the three families
of effects too, and gives the tracks these programs. Departure: there instruments are merged as rolls are, so that of
two that strike one pitch in turn the second stroke is lost; here it is heard.
"""

import numpy as np
import pandas as pd

from counterpoint.notes.table import SORT_KEYS, validate

# name, program, is_drum: in the order of track numbers
TRACKS: tuple[tuple[str, int, bool], ...] = (
    ("drums", 0, True),
    ("piano", 0, False),
    ("guitar", 24, False),
    ("bass", 32, False),
    ("strings", 48, False),
)
NO_TRACK = -1
EFFECTS = {"synth effects": 12, "percussive": 14, "sound effects": 15}  # General MIDI family, counted from 0
_DRUMS, _PIANO, _GUITAR, _BASS, _STRINGS = range(len(TRACKS))
_FAMILY_PROGRAMS = 8  # General MIDI's families, sixteen of eight programs each
_TRACK_OF_FAMILY = np.array([_PIANO, *[_STRINGS] * 2, _GUITAR, _BASS, *[_STRINGS] * 11])
_TRACK_OF_FAMILY[list(EFFECTS.values())] = NO_TRACK


def band_tracks(notes: pd.DataFrame) -> np.ndarray:
    """The band's track of each note, int64 (notes,): 0 to 4, and `NO_TRACK` for effects, which are in no track."""
    of_program = _TRACK_OF_FAMILY[notes["program"].to_numpy(np.int64) // _FAMILY_PROGRAMS]
    return np.where(notes["is_drum"].to_numpy(bool), _DRUMS, of_program)


def effects(notes: pd.DataFrame) -> dict[str, int]:
    """How many of `notes` are in no track, by the General MIDI family of what plays them."""
    family = (notes["program"].to_numpy(np.int64) // _FAMILY_PROGRAMS)[band_tracks(notes) == NO_TRACK]
    return {name: int((family == number).sum()) for name, number in EFFECTS.items()}


def as_band(notes: pd.DataFrame) -> pd.DataFrame:
    """`notes` on the tracks 0 to 4 of `TRACKS`, each with its program; effects (`band_tracks`) are left out.

    All instruments of a family are one polyphonic track. What begins there together at one pitch is one note, the
    longest. A pitch struck while it still sounds begins anew, and lasts until the last that holds it lets go; so no
    track strikes a pitch that it still holds. A piece of effects alone is not in the result.
    """
    track = band_tracks(notes)
    placed = notes.assign(track=track)[track != NO_TRACK]
    # The longest, and of these the loudest, is the last of those that begin together.
    placed = placed.sort_values(["piece", "track", "pitch", "onset", "duration", "velocity"], kind="stable")
    line = placed.groupby(["piece", "track", "pitch"], sort=False).ngroup().to_numpy(np.int64)
    onset = placed["onset"].to_numpy(np.int64)
    release = onset + placed["duration"].to_numpy(np.int64)
    # Line after line on one clock, so that neither a running maximum nor a next onset reaches into another.
    clock = line * (int(release.max(initial=0)) + 1)
    held_until = np.maximum.accumulate(clock + release)
    next_onset = np.append((clock + onset)[1:], np.iinfo(np.int64).max)
    last_together = next_onset > clock + onset
    lasting = np.minimum(held_until, next_onset) - (clock + onset)
    programs, drums = np.array([of[1] for of in TRACKS]), np.array([of[2] for of in TRACKS])
    tracks = placed["track"].to_numpy(np.int64)
    band = placed.assign(duration=lasting, program=programs[tracks], is_drum=drums[tracks])[last_together]
    return validate(band.sort_values(SORT_KEYS, kind="stable", ignore_index=True))
