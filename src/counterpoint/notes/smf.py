"""The look at a Standard MIDI File before it is parsed: what a hostile or broken file can be refused for cheaply.

Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001), sections "Chunks" and "MTrk Events". The parser behind
`read_midi` adds up delta times in 32 bits and does not notice when they wrap, nor when a promised track is missing.
"""

import struct
from collections.abc import Iterator

import numpy as np

LARGEST_TICK = 2**31 - 1
_HEADER_BYTES = 14
_VARIABLE_LENGTH_BYTES = 4  # of a delta time, at most
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class MidiError(ValueError):
    """Bytes that are no usable MIDI file; the message says why."""


def check_file(data: bytes) -> int:
    """Ticks a quarter note of `data`, or MidiError.

    Refused: no MThd, format other than 0 or 1, SMPTE or zero division, fewer bytes or tracks than promised, and times
    that leave 31 bits. Chunks of unknown type and bytes after the last promised track are passed over.
    """
    if data[:4] != b"MThd":
        raise MidiError(f"not MIDI: begins with {data[:4]!r}, expected b'MThd'")
    if len(data) < _HEADER_BYTES:
        raise MidiError(f"truncated: {len(data)} bytes, a header alone has {_HEADER_BYTES}")
    _, form, promised, division = struct.unpack(">IHHH", data[4:_HEADER_BYTES])
    if form not in (0, 1):
        raise MidiError(f"MIDI format {form}, expected 0 or 1 (the songs of a format 2 file follow no common clock)")
    if division & 0x8000:
        raise MidiError("times are SMPTE frames, expected ticks a quarter note")
    if division == 0:
        raise MidiError("0 ticks a quarter note, expected 1 to 32767")
    tracks = list(_track_spans(data, promised))
    if len(tracks) < promised:
        raise MidiError(f"truncated: the header promises {promised} tracks, {len(tracks)} are there")
    if _latest_tick_bound(data) > LARGEST_TICK:
        for begin, end in tracks:
            _check_ticks(data[begin:end])
    return division


def _track_spans(data: bytes, promised: int) -> Iterator[tuple[int, int]]:
    """Begin and end of the first `promised` MTrk chunks' contents."""
    position = 8 + struct.unpack(">I", data[4:8])[0]
    found = 0
    while found < promised and position + 8 <= len(data):
        size = struct.unpack(">I", data[position + 4 : position + 8])[0]
        begin, end = position + 8, position + 8 + size
        if data[position : position + 4] == b"MTrk":
            if end > len(data):
                raise MidiError(f"truncated: a track of {size} bytes has {len(data) - begin}")
            found += 1
            yield begin, end
        position = end


def _latest_tick_bound(data: bytes) -> int:
    """More than any sum of delta times in `data`: every byte below 0x80 is taken for the end of one."""
    values = np.frombuffer(data, np.uint8)
    low = (values & 0x7F).astype(np.int64)
    total = low.copy()
    continued = values < 0x80
    total[~continued] = 0
    for back in range(1, _VARIABLE_LENGTH_BYTES):
        continued[back:] &= values[:-back] >= 0x80
        continued[:back] = False
        total[continued] += (low[:-back] << (7 * back))[continued[back:]]
    return int(total.sum())


def _check_ticks(track: bytes) -> None:
    """MidiError if the track's delta times sum to more than 31 bits hold.

    Event by event, so slow (about a microsecond a byte): only for files whose bound does not clear them.
    """
    position, tick, status = 0, 0, 0
    try:
        while position < len(track):
            delta, position = _variable_length(track, position)
            tick += delta
            if tick > LARGEST_TICK:
                raise MidiError(f"times run past tick {LARGEST_TICK}: delta times wrap")
            if track[position] >= 0x80:
                status = track[position]
                position += 1
            if status == 0xFF:
                if track[position] == 0x2F:
                    return
                position += 1
            if status >= 0xF0:
                size, position = _variable_length(track, position)
                position += size
            else:
                position += _DATA_BYTES[status & 0xF0]
    except (IndexError, KeyError):
        position = len(track) + 1
    if position > len(track):
        raise MidiError("truncated: a track ends inside an event, or has data without a status byte")


def _variable_length(track: bytes, position: int) -> tuple[int, int]:
    """The variable-length quantity at `position`, and the position after it."""
    value = 0
    for _ in range(_VARIABLE_LENGTH_BYTES):
        byte = track[position]
        position += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position
    raise MidiError("a variable-length quantity has more than 4 bytes")
