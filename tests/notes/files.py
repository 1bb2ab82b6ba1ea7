"""MIDI files made byte by byte, and the real ones."""

import struct
from pathlib import Path

CHORALES = Path(__file__).parents[1] / "data" / "chorales"
FREEDOOM = Path(__file__).parents[1] / "data" / "freedoom"

END = b"\x00\xff\x2f\x00"


def number(value: int) -> bytes:
    """A variable-length quantity."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))


def smf(*tracks: bytes, form: int = 1, division: int = 480, promised: int | None = None) -> bytes:
    header = struct.pack(">4sIHHH", b"MThd", 6, form, len(tracks) if promised is None else promised, division)
    return header + b"".join(struct.pack(">4sI", b"MTrk", len(track)) + track for track in tracks)


def strike(after: int, pitch: int, held: int, velocity: int = 80, channel: int = 0) -> bytes:
    """A note that begins `after` ticks and is `held` so many."""
    return number(after) + bytes([0x90 | channel, pitch, velocity]) + number(held) + bytes([0x80 | channel, pitch, 0])
