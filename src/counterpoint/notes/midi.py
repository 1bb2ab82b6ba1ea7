"""MIDI bytes to the note table and back: the only code that parses or writes MIDI.

Bytes only, never a path: symusic chooses its parser by a path's ending, and for `.abc` it runs another program.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from symusic import Note, Score, Tempo, TimeSignature, Track

from counterpoint.notes.smf import LARGEST_TICK, MidiError, check_file
from counterpoint.notes.table import TICKS_PER_QUARTER, note_table, validate

__all__ = ["MidiError", "PieceFacts", "read_midi", "write_midi"]

_LARGEST_DELTA = 2**28 - 1  # a variable-length quantity has 28 bits
_MICROSECONDS_A_MINUTE = 60_000_000
_MOST_TRACKS = 32_768
_MOST_FIFTHS = 7


@dataclass(frozen=True)
class PieceFacts:
    """What a MIDI file says beside its notes. Ticks are the note table's, 24 to a quarter."""

    track_names: tuple[str, ...]  # in the note table's track numbers; "" where there is none
    time_signatures: tuple[tuple[int, int, int], ...]  # tick, numerator, denominator; the first at tick 0
    key_signatures: tuple[tuple[int, int, bool], ...]  # tick, sharps (flats: negative), minor; empty if none is given
    tempo_bpm: float  # the first tempo, quarter notes a minute
    moved_notes: int  # whose onset lay off the note table's grid
    furthest_beats: float  # that an onset was moved, in quarter notes


def read_midi(data: bytes, piece: str, *, max_notes: int, max_beats: int) -> tuple[pd.DataFrame, PieceFacts]:
    """The note table and facts of the MIDI file `data`, its notes quantised to 24 ticks a quarter.

    Onset and release are each rounded, half up, on the absolute grid; a note is never shorter than one tick. Notes that
    then agree in track, onset and pitch are one note, the longest. Tracks are numbered in file order (within one of the
    file's tracks, by channel, then program); tracks without notes are dropped. A note that never ends is dropped. Where
    the file is silent it is 4/4 at 120 quarters a minute; of several signatures on one tick the last counts; key
    signatures of more than 7 sharps or flats name no key and are passed over, as is every signature after `max_beats`.

    max_notes: more notes than this are refused. max_beats: likewise a last release later than so many quarter notes.
    Raises MidiError with the reason for anything that is no plain, finite, format 0 or 1 file with notes.
    """
    division = check_file(data)
    try:
        score = Score.from_midi(data)
    except (RuntimeError, ValueError) as error:
        raise MidiError(f"malformed or truncated: {error}") from None
    count = score.note_num()
    if count == 0:
        raise MidiError("no notes")
    if count > max_notes:
        raise MidiError(f"{count} notes, at most {max_notes} are allowed (ingest.max_notes)")
    tracks = [track for track in score.tracks if track.note_num()]
    if len(tracks) > _MOST_TRACKS:
        raise MidiError(f"{len(tracks)} tracks with notes, at most {_MOST_TRACKS} fit a note table")
    notes = _notes(tracks, piece, division, max_beats)
    return notes, _facts(score, tracks, division, max_beats)


def _notes(tracks: list, piece: str, division: int, max_beats: int) -> pd.DataFrame:
    columns = [track.notes.numpy() for track in tracks]
    sizes = [len(track["time"]) for track in columns]
    begins = np.concatenate([track["time"] for track in columns]).astype(np.int64)
    ends = begins + np.concatenate([track["duration"] for track in columns])
    if begins.min() < 0 or (ends < begins).any() or ends.max() > LARGEST_TICK:
        raise MidiError("negative times: delta times wrap")
    if ends.max() > max_beats * division:
        raise MidiError(
            f"{ends.max() / division:.0f} quarter notes, at most {max_beats} are allowed (ingest.max_beats)"
        )
    pitches = np.concatenate([track["pitch"] for track in columns])
    velocities = np.concatenate([track["velocity"] for track in columns])
    if min(pitches.min(), velocities.min()) < 0:  # symusic holds them in signed bytes
        raise MidiError("a pitch or velocity above 127: the file is damaged")
    onsets = _quantised(begins, division)
    releases = _quantised(ends, division)
    notes = pd.DataFrame(
        {
            "track": np.repeat(np.arange(len(tracks)), sizes),
            "program": np.repeat([track.program for track in tracks], sizes),
            "is_drum": np.repeat([track.is_drum for track in tracks], sizes),
            "onset": onsets,
            "duration": np.maximum(1, releases - onsets),
            "pitch": pitches,
            "velocity": velocities,
        }
    )
    longest_last = notes.sort_values(["track", "onset", "pitch", "duration", "velocity"], kind="stable")
    merged = longest_last.drop_duplicates(["track", "onset", "pitch"], keep="last")
    return note_table(piece=piece, **{name: merged[name].to_numpy() for name in merged.columns})


def _quantised(ticks: np.ndarray, division: int) -> np.ndarray:
    """`ticks` of `division` to a quarter, on the table's grid, half up."""
    return (2 * TICKS_PER_QUARTER * ticks + division) // (2 * division)


def _facts(score, tracks: list, division: int, max_beats: int) -> PieceFacts:
    def in_time(events) -> list:
        return sorted((e for e in events if e.time <= max_beats * division), key=lambda event: event.time)

    def tick(event) -> int:
        return int(_quantised(np.array(event.time, np.int64), division))

    metres = {0: (4, 4)}
    for event in in_time(score.time_signatures):
        if event.numerator < 1 or event.denominator < 1:
            raise MidiError(f"metre {event.numerator}/{event.denominator}, expected at least 1/1")
        metres[tick(event)] = (event.numerator, event.denominator)
    keys = {}
    for event in in_time(score.key_signatures):
        if abs(event.key) <= _MOST_FIFTHS and event.tonality in (0, 1):
            keys[tick(event)] = (event.key, event.tonality == 1)
    tempos = sorted(score.tempos, key=lambda event: event.time)
    if tempos and tempos[0].mspq < 1:
        raise MidiError("a tempo of 0 microseconds a quarter note")
    begins = np.concatenate([track.notes.numpy()["time"] for track in tracks]).astype(np.int64)
    moves = np.abs(_quantised(begins, division) * division - begins * TICKS_PER_QUARTER)
    return PieceFacts(
        track_names=tuple(track.name for track in tracks),
        time_signatures=tuple((when, *metre) for when, metre in metres.items()),
        key_signatures=tuple((when, *key) for when, key in keys.items()),
        tempo_bpm=_MICROSECONDS_A_MINUTE / tempos[0].mspq if tempos else 120.0,
        moved_notes=int(np.count_nonzero(moves)),
        furthest_beats=float(moves.max()) / (division * TICKS_PER_QUARTER),
    )


def write_midi(
    notes: pd.DataFrame,
    *,
    tempo_bpm: float,
    time_signature: tuple[int, int] = (4, 4),
    track_names: tuple[str, ...] = (),
    text: tuple[str, ...] = (),
) -> bytes:
    """The note table of one piece as a format 1 MIDI file of 24 ticks a quarter. Equal arguments give equal bytes.

    Every (track, program, is_drum) of the table becomes a track, in that order, drums on channel 10; track k is called
    `track_names[k]` if there are so many. `text` becomes text meta events at the start. A table without notes gives a
    file without notes. `read_midi` gives back the same table if its tracks are 0, 1, 2… with one program each and no
    track strikes a pitch that it still holds.

    Raises ValueError for more than one piece, a tempo or metre that MIDI cannot hold, or a release past 2^28 - 1 ticks.
    """
    notes = validate(notes)
    _check_writable(notes, tempo_bpm, time_signature)
    score = Score(TICKS_PER_QUARTER)
    score.tempos.append(Tempo(0, qpm=tempo_bpm))
    score.time_signatures.append(TimeSignature(0, *time_signature))
    for _, part in notes.groupby(["track", "program", "is_drum"], sort=True):
        number = int(part["track"].iloc[0])
        track = Track(
            track_names[number] if number < len(track_names) else "",
            program=int(part["program"].iloc[0]),
            is_drum=bool(part["is_drum"].iloc[0]),
        )
        # Copies: symusic takes no read-only arrays, which is what pandas hands out.
        track.notes = Note.from_numpy(
            np.array(part["onset"], np.int32),
            np.array(part["duration"], np.int32),
            np.array(part["pitch"], np.int8),
            np.array(part["velocity"], np.int8),
        )
        score.tracks.append(track)
    if notes.empty:
        score.tracks.append(Track(track_names[0] if track_names else ""))
    return _with_text(score.dumps_midi(), text)


def _check_writable(notes: pd.DataFrame, tempo_bpm: float, time_signature: tuple[int, int]) -> None:
    pieces = notes["piece"].unique()
    if len(pieces) > 1:
        raise ValueError(f"{len(pieces)} pieces ({pieces[0]}, {pieces[1]}, …), a MIDI file holds one")
    if not 1 <= round(_MICROSECONDS_A_MINUTE / max(tempo_bpm, 1e-9)) < 2**24:
        raise ValueError(f"tempo of {tempo_bpm} quarter notes a minute, MIDI holds 3.6 to 60,000,000")
    numerator, denominator = time_signature
    if not (1 <= numerator <= 255 and 1 <= denominator <= 128 and denominator.bit_count() == 1):
        raise ValueError(f"metre {numerator}/{denominator}: MIDI holds 1 to 255 over 1, 2, 4, … 128")
    if len(notes) and int((notes["onset"].astype(np.int64) + notes["duration"]).max()) > _LARGEST_DELTA:
        raise ValueError(f"a note ends after tick {_LARGEST_DELTA}, the longest that MIDI can count at once")


def _with_text(midi: bytes, text: tuple[str, ...]) -> bytes:
    """`midi` with text events (meta type 1) first in its first track, which symusic cannot write itself."""
    if not text:
        return midi
    head, size, rest = midi[:18], int.from_bytes(midi[18:22], "big"), midi[22:]
    encoded = [line.encode() for line in text]
    events = b"".join(b"\x00\xff\x01" + _variable_length(len(line)) + line for line in encoded)
    return head + (size + len(events)).to_bytes(4, "big") + events + rest


def _variable_length(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))
