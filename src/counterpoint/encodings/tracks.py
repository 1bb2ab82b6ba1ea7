"""What the tracks of each texture are called: in MIDI files, in the legends of pictures, in tables."""

from counterpoint.encodings.band import TRACKS
from counterpoint.notes.voices import VOICE_NAMES

# texture: the names, in the order of track numbers
TRACK_NAMES: dict[str, tuple[str, ...]] = {
    "melody": ("melody",),
    "chords": ("chords",),
    "voices": VOICE_NAMES,
    "band": tuple(name for name, *_ in TRACKS),
}
