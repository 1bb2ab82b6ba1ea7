"""Notes as MusicXML, for people who read scores: bars, ties, accidentals of the key, a clef a part."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from counterpoint.notes.keys import find_keys
from counterpoint.notes.table import SORT_KEYS, TICKS_PER_QUARTER, validate

# What a quarter note may be cut into, as the ticks between two places; of equally near ones the first is taken.
_GRIDS_TICKS = (6, 8, 3, 4)  # sixteenths, eighth triplets, thirty-seconds, sixteenth triplets
_TRIPLETS_TICKS = (8, 4)
# Lengths that one note head can have, longest first: plain and dotted, whole to thirty-second; then the triplets'.
_STRAIGHT_TICKS = (144, 96, 72, 48, 36, 24, 18, 12, 6, 3)
_TRIPLET_TICKS = (24, 16, 8, 4)
_STEPS = "FCGDAEB"  # the line of fifths, C at 0, so F at -1
_NATURAL_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# How far flatward of the key's own signature a chromatic note is still spelt: E flat in C major, B flat in A minor.
_FLATTEST = {False: -3, True: -2}
_TREBLE_FROM, _BASS_FROM = 60, 36  # mean MIDI numbers
_MOST_BARS = 2_000


class _Slice(NamedTuple):
    """What one part sounds between two ticks: pitches, and of each whether it goes on from before and goes on after."""

    begin: int
    end: int
    pitches: tuple[int, ...]  # none: a rest
    from_before: tuple[bool, ...]
    goes_on: tuple[bool, ...]


def on_grid(notes: pd.DataFrame, *, bar_ticks: int = 4 * TICKS_PER_QUARTER) -> pd.DataFrame:
    """The note table with onsets and releases moved to places that a score can show; the same rows.

    Every quarter note is cut into sixteenths, eighth triplets, thirty-seconds or sixteenth triplets: the first of these
    from which its onsets and releases lie least far in all, and of which a bar line within the quarter (bars are of
    `bar_ticks`, a multiple of 3) is a place. A note that would vanish lasts one place. At most 3 ticks (a
    thirty-second) are moved.
    """
    onsets = notes["onset"].to_numpy(np.int64)
    releases = onsets + notes["duration"].to_numpy(np.int64)
    grids = _grids(np.concatenate([onsets, releases]), bar_ticks)
    begins, ends = _snapped(onsets, grids), _snapped(releases, grids)
    ends = np.maximum(ends, begins + grids[begins // TICKS_PER_QUARTER])
    moved = notes.assign(onset=begins, duration=ends - begins)
    return validate(moved.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def to_musicxml(
    notes: pd.DataFrame,
    *,
    time_signature: tuple[int, int] = (4, 4),
    title: str = "",
    key_fifths: int | None = None,
    track_names: Sequence[str] = (),
) -> str:
    """The note table of one piece as MusicXML, one part a track, drums left out. Equal arguments give equal text.

    The part of track k is called `track_names[k]`, where given, else "Track" and its number, counted from 1.

    key_fifths: sharps of the key signature (flats: negative), -7 to 7; None: those of the likeliest key (`find_keys`).
    Notes outside the key are spelt at most three fifths flatward of it (two in minor), else as sharps. A part has one
    rhythm: where its notes overlap, they are cut at every onset and release of the part and tied. Of two that sound at
    one pitch of one part the later ends the earlier, as on a keyboard. Clefs follow the mean pitch. Notes are first
    moved by `on_grid`; how many were is in the file (miscellaneous-field `notes-moved`, as "3 of 120"). A table without
    pitched notes gives one part with a bar's rest.

    Raises ValueError for several pieces, for a metre whose beat is not 1, 2, 4, 8, 16 or 32, for a key of more than 7
    signs, and for more than 2,000 bars.
    """
    _check(notes, time_signature, key_fifths)
    pitched = notes.loc[~notes["is_drum"].to_numpy(bool)].sort_values(SORT_KEYS, kind="stable", ignore_index=True)
    bar_ticks = time_signature[0] * 4 * TICKS_PER_QUARTER // time_signature[1]
    moved = on_grid(pitched, bar_ticks=bar_ticks)
    releases = moved["onset"].to_numpy(np.int64) + moved["duration"].to_numpy(np.int64)
    bars = max(1, -(-int(releases.max(initial=0)) // bar_ticks))
    if bars > _MOST_BARS:
        raise ValueError(f"{bars} bars, at most {_MOST_BARS} are engraved: cut the piece first")
    fifths, minor = (key_fifths, False) if key_fifths is not None else _likeliest_signature(moved)
    spelling = _spelling(fifths, minor)
    times = np.append(np.concatenate([moved["onset"].to_numpy(np.int64), releases]), bars * bar_ticks)
    grids = _grids(times, bar_ticks)

    from music21 import metadata, stream  # a second to import, which who never draws a score should not pay

    score = stream.Score()
    score.metadata = metadata.Metadata(title=title)
    score.metadata.addCustom("notes-moved", f"{_count_moved(pitched, moved)} of {len(pitched)}")
    for number, track in enumerate(sorted(moved["track"].unique()) or [0], start=1):
        own = moved[moved["track"] == track]
        heads = list(_heads(own, grids, bar_ticks, bars))
        part = _part(f"P{number}", own, heads, (time_signature, bar_ticks, bars), fifths, spelling)
        part.partName = next(iter(track_names[track : track + 1]), "") or f"Track {track + 1}"
        score.insert(0, part)
    return _text(score)


def _check(notes: pd.DataFrame, time_signature: tuple[int, int], key_fifths: int | None) -> None:
    if notes["piece"].nunique() > 1:
        raise ValueError(f"{notes['piece'].nunique()} pieces: a score holds one")
    numerator, denominator = time_signature
    if numerator < 1 or denominator not in (1, 2, 4, 8, 16, 32):
        raise ValueError(f"metre {numerator}/{denominator}, expected at least one beat of 1, 2, 4, 8, 16 or 32")
    if key_fifths is not None and not -7 <= key_fifths <= 7:
        raise ValueError(f"a key of {key_fifths} fifths, expected -7 (flats) to 7 (sharps)")


def _grids(times: np.ndarray, bar_ticks: int) -> np.ndarray:
    """For every quarter note up to the last of `times` (ticks), and one more, the ticks between two places in it."""
    beats, places = np.divmod(times, TICKS_PER_QUARTER)
    count = int(times.max(initial=0)) // TICKS_PER_QUARTER + 2
    bar_beats, bar_places = np.divmod(np.arange(0, count * TICKS_PER_QUARTER, bar_ticks), TICKS_PER_QUARTER)
    errors = [
        np.bincount(beats, np.abs(places - _nearest(places, np.full(len(places), grid))), minlength=count)
        + np.bincount(bar_beats, np.where(bar_places % grid, np.inf, 0), minlength=count)
        for grid in _GRIDS_TICKS
    ]
    return np.array(_GRIDS_TICKS)[np.argmin(errors, axis=0)]


def _nearest(places: np.ndarray, grids: np.ndarray) -> np.ndarray:
    return (2 * places + grids) // (2 * grids) * grids


def _snapped(times: np.ndarray, grids: np.ndarray) -> np.ndarray:
    beats, places = np.divmod(times, TICKS_PER_QUARTER)
    return beats * TICKS_PER_QUARTER + _nearest(places, grids[beats])


def _count_moved(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """How many notes of a sorted table have another onset or duration after `on_grid`."""
    keys = ["track", "onset", "duration", "pitch"]
    same = before[keys].value_counts().to_frame("before").join(after[keys].value_counts().rename("after"), how="inner")
    return len(before) - int(same.min(axis=1).sum())


def _likeliest_signature(notes: pd.DataFrame) -> tuple[int, bool]:
    """Sharps of the key signature (flats: negative, -6 to 6) of one piece's likeliest key, and whether it is minor."""
    if notes.empty:
        return 0, False
    key = find_keys(notes).iloc[0]
    minor = bool(key["minor"])
    return (7 * (int(key["tonic"]) + 3 * minor) + 5) % 12 - 5, minor


def _spelling(fifths: int, minor: bool) -> dict[int, int]:
    """For each pitch class its place on the line of fifths, C at 0."""
    flattest = fifths + _FLATTEST[minor]
    return {7 * place % 12: place for place in range(flattest, flattest + 12)}


def _heads(notes: pd.DataFrame, grids: np.ndarray, bar_ticks: int, bars: int) -> Iterator[_Slice]:
    """One part as note heads and rests that follow each other from the first bar to the last."""
    begins = notes["onset"].to_numpy(np.int64)
    pitches = notes["pitch"].to_numpy(np.int64)
    ends = np.minimum(begins + notes["duration"].to_numpy(np.int64), _struck_again(notes))
    times = np.unique(np.concatenate([[0, bars * bar_ticks], begins, ends, bar_ticks * np.arange(1, bars)]))
    order = np.argsort(begins, kind="stable")
    following, sounding = 0, list[int]()
    for begin, end in pairwise(times.tolist()):
        sounding = [note for note in sounding if ends[note] > begin]
        while following < len(order) and begins[order[following]] <= begin:
            sounding.append(int(order[following]))
            following += 1
        # Of two notes at one pitch the one struck last is shown: a head can stand only once in a chord.
        struck = {int(pitches[note]): note for note in sorted(sounding, key=lambda note: int(begins[note]))}
        heads = [(pitch, bool(begins[note] < begin), int(ends[note])) for pitch, note in sorted(struck.items())]
        lengths = list(_lengths(begin, end, grids))
        place = begin
        for number, length in enumerate(lengths):
            yield _Slice(
                begin=place,
                end=place + length,
                pitches=tuple(pitch for pitch, _, _ in heads),
                from_before=tuple(before or number > 0 for _, before, _ in heads),
                goes_on=tuple(until > place + length for _, _, until in heads),
            )
            place += length


def _struck_again(notes: pd.DataFrame) -> np.ndarray:
    """When each note of a part is followed by a later one at its pitch, in ticks; never: the largest integer."""
    struck = notes[["pitch", "onset"]].drop_duplicates().sort_values(["pitch", "onset"]).astype(np.int64)
    struck["again"] = struck.groupby("pitch")["onset"].shift(-1, fill_value=np.iinfo(np.int64).max)
    return notes[["pitch", "onset"]].astype(np.int64).merge(struck, how="left")["again"].to_numpy(np.int64)


def _lengths(begin: int, end: int, grids: np.ndarray) -> Iterator[int]:
    """A stretch of one bar as lengths that note heads can have, cut so that the beat can be seen."""
    while begin < end:
        beat = begin // TICKS_PER_QUARTER
        next_beat = (beat + 1) * TICKS_PER_QUARTER
        if grids[beat] in _TRIPLETS_TICKS and (begin % TICKS_PER_QUARTER or end < next_beat):
            length = next(ticks for ticks in _TRIPLET_TICKS if begin + ticks <= min(end, next_beat))
        else:
            until = end
            # A triplet is never reached into by a note that began outside it.
            last_beat = end // TICKS_PER_QUARTER
            if end % TICKS_PER_QUARTER and grids[last_beat] in _TRIPLETS_TICKS and last_beat > beat:
                until = last_beat * TICKS_PER_QUARTER
            if begin % TICKS_PER_QUARTER and until > next_beat and until - begin not in _STRAIGHT_TICKS:
                until = next_beat
            length = next(ticks for ticks in _STRAIGHT_TICKS if begin + ticks <= until)
        yield length
        begin += length


def _part(
    name: str,
    notes: pd.DataFrame,
    heads: list[_Slice],
    bars: tuple[tuple[int, int], int, int],
    fifths: int,
    spelling: dict[int, int],
) -> Any:
    from music21 import clef, key, meter, stream
    from music21.stream import makeNotation

    (numerator, denominator), bar_ticks, count = bars
    part = stream.Part(id=name)
    measures = [stream.Measure(number=number + 1) for number in range(count)]
    mean = float(notes["pitch"].mean()) if len(notes) else _TREBLE_FROM
    chosen = clef.TrebleClef if mean >= _TREBLE_FROM else clef.BassClef if mean >= _BASS_FROM else clef.Bass8vbClef
    measures[0].insert(0, chosen())
    measures[0].insert(0, key.KeySignature(fifths))
    measures[0].insert(0, meter.TimeSignature(f"{numerator}/{denominator}"))
    for head in heads:
        bar, place = divmod(head.begin, bar_ticks)
        measures[bar].insert(Fraction(place, TICKS_PER_QUARTER), _element(head, spelling))
    for bar, measure in enumerate(measures):
        makeNotation.makeTupletBrackets(measure, inPlace=True)
        part.insert(Fraction(bar * bar_ticks, TICKS_PER_QUARTER), measure)
    part.makeAccidentals(inPlace=True)
    return part.makeBeams(inPlace=False, setStemDirections=False)


def _element(head: _Slice, spelling: dict[int, int]) -> Any:
    from music21 import chord, note, tie

    length = Fraction(head.end - head.begin, TICKS_PER_QUARTER)
    if not head.pitches:
        return note.Rest(quarterLength=length)
    notes = [note.Note(_pitch(pitch, spelling[pitch % 12]), quarterLength=length) for pitch in head.pitches]
    kinds = {(False, True): "start", (True, True): "continue", (True, False): "stop"}
    for each, state in zip(notes, zip(head.from_before, head.goes_on, strict=True), strict=True):
        if state in kinds:
            each.tie = tie.Tie(kinds[state])
    return notes[0] if len(notes) == 1 else chord.Chord(notes, quarterLength=length)


def _pitch(number: int, place: int) -> Any:
    from music21 import pitch

    step, signs = _STEPS[(place + 1) % 7], (place + 1) // 7
    octave = (number - signs - _NATURAL_PITCH_CLASSES[step]) // 12 - 1
    return pitch.Pitch(step + ("#" * signs if signs >= 0 else "-" * -signs), octave=octave)


def _text(score: Any) -> str:
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False
    text = exporter.parse().decode()
    # music21 writes the day, itself as the composer, and part numbers drawn at random.
    text = re.sub(r"\s*<(encoding-date|creator)\b[^>]*>[^<]*</\1>", "", text)
    for number, drawn in enumerate(re.findall(r'<score-part id="([^"]*)"', text), start=1):
        text = text.replace(f'id="{drawn}"', f'id="P{number}"')
    return text
