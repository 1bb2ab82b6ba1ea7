"""From the note table to melody events, split by split: which line, and in which keys."""

import pandas as pd

from counterpoint.encodings import events
from counterpoint.encodings.events import Events
from counterpoint.notes.keys import to_common_key
from counterpoint.notes.lines import highest_line, named_line
from counterpoint.params import Melody

SPLITS = ("train", "validation", "test")


class MelodyError(ValueError):
    """There is no melody where params.yaml says; the message says which key to mend."""


def melody_events(notes: pd.DataFrame, pieces: pd.DataFrame, settings: Melody) -> dict[str, Events]:
    """The melody of every piece as events, in {"train", "validation", "test"}.

    notes, pieces: the two tables of notes.table; `pieces` has its column `split`. settings.voice is "highest" or a
    track's name; a piece without that track is left out. settings.key: "augment" puts the training pieces into all
    twelve keys and leaves the others in their own; "common" moves every piece to C major or A minor, by the key of all
    its voices; "original" moves nothing. Raises MelodyError if a split ends up without a melody.
    """
    if settings.key == "common":
        notes = to_common_key(notes)
    if settings.voice == "highest":
        lines = highest_line(notes)
    else:
        lines = named_line(notes, pieces, settings.voice)
        if lines.empty:
            names = sorted({name for of_piece in pieces["track_names"] for name in of_piece if name})
            shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
            raise MelodyError(
                f"melody.voice in params.yaml is {settings.voice!r}, but no piece has a track of that name with notes; "
                f"there are: {shown or 'no named tracks'} (or say highest)"
            )
    split_of = pieces.set_index("piece")["split"]
    result = {}
    for split in SPLITS:
        of_split = events.encode(lines[lines["piece"].map(split_of) == split])
        if not of_split.pieces:
            raise MelodyError(
                f"the {split} split has no melody ({int((split_of == split).sum())} of {len(pieces)} pieces are in "
                "it): add music, or change ingest.validation, ingest.test or melody.voice in params.yaml"
            )
        result[split] = of_split
    if settings.key == "augment":
        result["train"] = events.transposed(result["train"])
    return result
