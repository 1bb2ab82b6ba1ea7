"""From the note table to events, split by split: which texture, which line of a melody, and in which keys."""

from typing import Any

import pandas as pd

from counterpoint.encodings import events
from counterpoint.encodings.events import Events, Texture
from counterpoint.encodings.vocabulary import coverage, fit, frequencies
from counterpoint.notes.keys import to_common_key
from counterpoint.notes.lines import highest_line, named_line
from counterpoint.params import Params

SPLITS = ("train", "validation", "test")


class TextureError(ValueError):
    """There is no such music as params.yaml asks for; the message says which key to mend."""


def split_notes(
    texture: Texture, notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params, *, key: str | None = None
) -> dict[str, pd.DataFrame]:
    """What of every piece is to be encoded, as note tables {"train", "validation", "test"}, drums left out.

    notes, pieces: the two tables of notes.table; `pieces` has its column `split`. "chords" takes all voices; "melody"
    takes settings.melody.voice, "highest" or a track's name, and a piece without that track is left out. key: default,
    the texture's own in settings; "common" moves every piece to C major or A minor, by the key of all its voices.
    Raises TextureError if a split ends up without music.
    """
    if (key or _key(texture, settings)) == "common":
        notes = to_common_key(notes)
    chosen = _melody(notes, pieces, settings.melody.voice) if texture == "melody" else _pitched(notes)
    split_of = pieces.set_index("piece")["split"]
    result = {split: chosen[chosen["piece"].map(split_of) == split] for split in SPLITS}
    for split, of_split in result.items():
        if of_split.empty:
            raise TextureError(
                f"the {split} split has no {'melody' if texture == 'melody' else 'pitched note'} "
                f"({int((split_of == split).sum())} of {len(pieces)} pieces are in it): add music, or change "
                f"ingest.validation{', ingest.test or melody.voice' if texture == 'melody' else ' or ingest.test'} "
                "in params.yaml"
            )
    return result


def split_events(texture: Texture, notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params) -> dict[str, Events]:
    """`split_notes` as events. The texture's key "augment" puts the training pieces into all twelve keys, and leaves
    the others in their own.
    """
    tables = split_notes(texture, notes, pieces, settings)
    result = {split: events.encode(of_split, texture) for split, of_split in tables.items()}
    if _key(texture, settings) == "augment":
        result["train"] = events.transposed(result["train"])
    return result


def described(
    texture: Texture, notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params
) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """The vocabulary's JSON, fitted to training, how often each symbol occurs there, and of each split how much of it
    the vocabulary says and how many ties events get wrong.
    """
    encoded = split_events(texture, notes, pieces, settings)
    vocabulary = fit(texture, encoded["train"], getattr(settings.vocabulary, texture).minimum_count)
    covered: dict[str, Any] = {split: coverage(vocabulary, of_split) for split, of_split in encoded.items()}
    for split, of_split in split_notes(texture, notes, pieces, settings).items():
        shared, wrong = events.tie_errors(*events.sliced(of_split))
        covered[split] |= {"shared_pitches": shared, "wrong_ties": wrong, "wrong_tie_share": wrong / max(shared, 1)}
    return vocabulary.to_json(), frequencies(encoded["train"], vocabulary), covered


def _key(texture: Texture, settings: Params) -> str:
    return settings.melody.key if texture == "melody" else settings.chords.key


def _pitched(notes: pd.DataFrame) -> pd.DataFrame:
    return notes[~notes["is_drum"].to_numpy(bool)]


def _melody(notes: pd.DataFrame, pieces: pd.DataFrame, voice: str) -> pd.DataFrame:
    if voice == "highest":
        return highest_line(notes)
    lines = named_line(notes, pieces, voice)
    if lines.empty:
        names = sorted({name for of_piece in pieces["track_names"] for name in of_piece if name})
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        raise TextureError(
            f"melody.voice in params.yaml is {voice!r}, but no piece has a track of that name with notes; "
            f"there are: {shown or 'no named tracks'} (or say highest)"
        )
    return lines
