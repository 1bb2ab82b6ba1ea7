"""The metrics of four voices as one writes them over a library's note objects, a piece at a time.

`Library` loops over the objects; a subclass says how to get at a note, and calls the library's own function wherever it
has one that computes the same number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations, pairwise
from math import ceil, floor, log2
from pathlib import Path
from typing import Any

import muspy
import numpy as np
from music21 import converter, voiceLeading
from music21.note import Note
from music21.stream import Score

from counterpoint.evaluation.voice_leading import RANGES

SCALES = [
    {(tonic + degree) % 12 for degree in degrees}
    for degrees in ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11))
    for tonic in range(12)
]
CIRCLES = ((1.0, 7), (1.0, 9), (0.5, 4))
TONAL_SPACE = np.array(
    [
        [radius * turn(pc * step * np.pi / 6) for pc in range(12)]
        for radius, step in CIRCLES
        for turn in (np.sin, np.cos)
    ]
)


class Library:
    """One piece as a library holds it, and its metrics. Times are in quarter notes."""

    def __init__(self, piece: Any, bar: int) -> None:
        self.piece, self.bar = piece, bar

    @property
    def parts(self) -> list[list[Any]]:
        raise NotImplementedError

    def start(self, note: Any) -> float:
        raise NotImplementedError

    def stop(self, note: Any) -> float:
        raise NotImplementedError

    def pitch(self, note: Any) -> int:
        raise NotImplementedError

    def measure(self) -> dict[str, float]:
        """Every metric of the texture `voices`."""
        self.__dict__.pop("slices", None)
        return {
            name: getattr(self, name)()
            for name in (
                "used_pitch_classes",
                "pitch_class_entropy",
                "scale_consistency",
                "pitch_range",
                "qualified_notes",
                "groove_consistency",
                "polyphony",
                "empty_bars",
                "tonal_distance",
                "strong_beat_dissonance",
                "parallels",
                "crossings",
                "out_of_range",
            )
        }

    def notes(self) -> Iterator[Any]:
        return (note for part in self.parts for note in part)

    def bars(self) -> int:
        return ceil(max(map(self.stop, self.notes())) / self.bar)

    def classes_of_bars(self) -> dict[tuple[int, int], set[int]]:
        found = defaultdict(set)
        for track, part in enumerate(self.parts):
            for note in part:
                for bar in range(floor(self.start(note) / self.bar), ceil(self.stop(note) / self.bar)):
                    found[track, bar].add(self.pitch(note) % 12)
        return found

    def used_pitch_classes(self) -> float:
        return float(np.mean([len(classes) for classes in self.classes_of_bars().values()]))

    def pitch_class_entropy(self) -> float:
        counts = Counter(self.pitch(note) % 12 for note in self.notes())
        return sum(count / counts.total() * log2(counts.total() / count) for count in counts.values())

    def scale_consistency(self) -> float:
        classes = [self.pitch(note) % 12 for note in self.notes()]
        return max(sum(each in scale for each in classes) for scale in SCALES) / len(classes)

    def pitch_range(self) -> float:
        raise NotImplementedError

    def qualified_notes(self) -> float:
        return float(np.mean([self.stop(note) - self.start(note) >= self.bar / 8 for note in self.notes()]))

    def groove_consistency(self) -> float:
        patterns: list[set[int]] = [set() for _ in range(self.bars())]
        for note in self.notes():
            bar, place = divmod(self.start(note), self.bar)
            patterns[int(bar)].add(floor(place * 16 / self.bar))
        return 1 - float(np.mean([len(one ^ other) / 16 for one, other in pairwise(patterns)]))

    def polyphony(self) -> float:
        raise NotImplementedError

    def empty_bars(self) -> float:
        return 1 - len(self.classes_of_bars()) / (len(self.parts) * self.bars())

    def tonal_distance(self) -> float:
        centroids = []
        for part in self.parts:
            chroma: dict[int, np.ndarray] = defaultdict(lambda: np.zeros(12))
            for note in part:
                for beat in range(floor(self.start(note)), ceil(self.stop(note))):
                    sounds = min(self.stop(note), beat + 1) - max(self.start(note), beat)
                    chroma[beat][self.pitch(note) % 12] += sounds
            centroids.append({beat: TONAL_SPACE @ (bins / bins.sum()) for beat, bins in chroma.items()})
        return float(
            np.mean(
                [
                    np.mean([np.linalg.norm(one[beat] - other[beat]) for beat in one.keys() & other.keys()])
                    for one, other in combinations(centroids, 2)
                ]
            )
        )

    def sounding(self, times: list[float]) -> list[list[Any]]:
        """At each time the note of each part, or None."""
        found = []
        places = [0] * len(self.parts)
        for time in times:
            row = []
            for track, part in enumerate(self.parts):
                while places[track] < len(part) and self.stop(part[places[track]]) <= time:
                    places[track] += 1
                held = places[track] < len(part) and self.start(part[places[track]]) <= time
                row.append(part[places[track]] if held else None)
            found.append(row)
        return found

    def strong_beat_dissonance(self) -> float:
        stride = self.bar // 2 if self.bar >= 4 and self.bar % 2 == 0 else self.bar
        found = []
        for row in self.sounding(list(range(0, ceil(max(map(self.stop, self.notes()))), stride))):
            pitches = {self.pitch(note) for note in row if note is not None}
            if len(pitches) > 1:
                apart = {abs(one - other) % 12 for one, other in combinations(pitches, 2)}
                above = {(pitch - min(pitches)) % 12 for pitch in pitches}
                found.append(bool(apart & {1, 2, 6, 10, 11}) or 5 in above)
        return float(np.mean(found))

    @cached_property
    def slices(self) -> list[tuple[list[Any], list[Any]]]:
        """Chord changes: the notes of the four parts before and after."""
        rows = self.sounding(sorted({self.start(note) for note in self.notes()}))
        heard = [[note and self.pitch(note) for note in row] for row in rows]
        return [pair for pair, (one, other) in zip(pairwise(rows), pairwise(heard), strict=True) if one != other]

    def parallels(self) -> float:
        found = 0
        for before, after in self.slices:
            for upper, lower in combinations(range(4), 2):
                quartet = before[upper], after[upper], before[lower], after[lower]
                if all(note is not None for note in quartet):
                    found += self.is_parallel(*quartet)
        return 100 * found / len(self.slices)

    def is_parallel(self, *quartet: Any) -> bool:
        one, one_then, other, other_then = map(self.pitch, quartet)
        together = (one_then - one) * (other_then - other) > 0
        return together and perfect(abs(one - other), abs(one_then - other_then))

    def crossings(self) -> float:
        heard = ([note for note in after if note is not None] for _, after in self.slices)
        pairs = [pair for chord in heard for pair in combinations(chord, 2)]
        return 100 * sum(self.pitch(upper) < self.pitch(lower) for upper, lower in pairs) / len(self.slices)

    def out_of_range(self) -> float:
        outside = sum(
            not low <= self.pitch(note) <= high
            for part, (low, high) in zip(self.parts, RANGES, strict=True)
            for note in part
        )
        return 100 * outside / len(self.slices)


def perfect(left: int, reached: int) -> bool:
    """Whether both intervals, in semitones, are fifths, octaves or unisons."""
    fifths = left % 12 == reached % 12 == 7
    return fifths or (left % 12 == reached % 12 == 0 and (left == 0) == (reached == 0))


class Muspy(Library):
    """muspy 0.5: its entropy, range and polyphony; the rest over its notes."""

    name = "muspy"

    @staticmethod
    def read(path: Path, bar: int) -> "Muspy":
        piece = muspy.read_midi(str(path))
        piece.adjust_resolution(24)
        return Muspy(piece, bar)

    @property
    def parts(self) -> list[list[Any]]:
        return [track.notes for track in self.piece.tracks]

    def start(self, note: Any) -> float:
        return note.time / self.piece.resolution

    def stop(self, note: Any) -> float:
        return note.end / self.piece.resolution

    def pitch(self, note: Any) -> int:
        return note.pitch

    def pitch_class_entropy(self) -> float:
        return muspy.pitch_class_entropy(self.piece)

    def pitch_range(self) -> float:
        return muspy.pitch_range(self.piece)

    def polyphony(self) -> float:
        return muspy.polyphony(self.piece)


class Music21(Library):
    """music21 10: its ambitus, chordify and VoiceLeadingQuartet; the rest over its notes."""

    name = "music21"

    @staticmethod
    def read(path: Path, bar: int) -> "Music21":
        # Without measures, for a note that chordify finds longer than its measure is cut off there.
        parts = [part.stripTies().flatten() for part in converter.parse(path, forceSource=True).parts]
        return Music21(Score(parts), bar)

    @property
    def parts(self) -> list[list[Any]]:
        return [list(part.notes) for part in self.piece.parts]

    def start(self, note: Any) -> float:
        return note.offset

    def stop(self, note: Any) -> float:
        return note.offset + note.quarterLength

    def pitch(self, note: Any) -> int:
        return note.pitch.midi

    def pitch_range(self) -> float:
        return self.piece.analyze("ambitus").semitones

    def polyphony(self) -> float:
        chords = self.piece.chordify().flatten().getElementsByClass("Chord")
        lengths = [chord.quarterLength for chord in chords]
        return float(np.average([len({pitch.midi for pitch in chord.pitches}) for chord in chords], weights=lengths))

    def is_parallel(self, *quartet: Any) -> bool:
        # By semitones: from MIDI there is no spelling for its own test of fifths, parallelFifth, to go by.
        leading = voiceLeading.VoiceLeadingQuartet(*(Note(each.pitch) for each in quartet))
        left, reached = (abs(interval.semitones) for interval in leading.vIntervals)
        return leading.similarMotion() and perfect(left, reached)
