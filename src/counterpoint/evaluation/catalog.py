"""Every metric of the report, in one place: what it is called, measures, means, and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from counterpoint.evaluation import harmony, pitch, recurrence, rhythm, texture, voice_leading
from counterpoint.evaluation.counts import by_piece
from counterpoint.evaluation.music import Music
from counterpoint.evaluation.texture import empty_bars
from counterpoint.evaluation.textures import TEXTURES, Texture

Family = Literal["pitch", "rhythm", "recurrence", "texture", "harmony", "voice_leading"]


@dataclass(frozen=True)
class Metric:
    """One metric: `of` gives float64 (pieces,), NaN where it is not defined for a piece."""

    name: str
    title: str
    family: Family
    unit: str
    meaning: str
    source: str
    of: Callable[[Music], np.ndarray]
    textures: tuple[Texture, ...] = TEXTURES  # in which it says something
    by_track: bool = False  # whether it says something of one track alone


MOGREN = "Mogren 2016, C-RNN-GAN"
MUSEGAN = "Dong et al. 2018, MuseGAN"
HARMONY_AND_VOICE_LEADING = "Aldwell and Schachter, Harmony and Voice Leading"
JAZZ_TRANSFORMER = "Wu and Yang 2020, The Jazz Transformer on the Front Line"

METRICS: tuple[Metric, ...] = (
    Metric(
        "used_pitch_classes",
        "Used pitch classes (UPC)",
        "pitch",
        "classes a bar",
        "different pitch classes that sound in a bar of a track, silent bars left out",
        MUSEGAN,
        pitch.used_pitch_classes,
        by_track=True,
    ),
    Metric(
        "pitch_class_entropy",
        "Pitch-class entropy",
        "pitch",
        "bits",
        "how evenly the notes are spread over the twelve pitch classes: 0 for one alone, 3.58 for all alike",
        JAZZ_TRANSFORMER,
        pitch.pitch_class_entropy,
        by_track=True,
    ),
    Metric(
        "scale_consistency",
        "Scale consistency",
        "pitch",
        "share",
        "notes in the one major or harmonic minor scale that holds most of them",
        MOGREN,
        pitch.scale_consistency,
        by_track=True,
    ),
    Metric(
        "pitch_range",
        "Range",
        "pitch",
        "semitones",
        "from the lowest to the highest note",
        "Yang and Lerch 2020, On the evaluation of generative models in music",
        pitch.pitch_range,
        by_track=True,
    ),
    Metric(
        "qualified_notes",
        "Qualified notes (QN)",
        "rhythm",
        "share",
        "notes of at least two of a bar's sixteen steps; few of them are fragmented music",
        MUSEGAN,
        rhythm.qualified_notes,
        by_track=True,
    ),
    Metric(
        "groove_consistency",
        "Groove consistency",
        "rhythm",
        "share",
        "of a bar's sixteen steps, those in which neighbouring bars agree that a note begins or none does",
        JAZZ_TRANSFORMER,
        rhythm.groove_consistency,
    ),
    Metric(
        "repetitions",
        "Repetitions",
        "recurrence",
        "share",
        "runs of 2 to 9 tones whose pitches the same track had before, in the same order, in its first ten tones",
        MOGREN,
        recurrence.repetitions,
        by_track=True,
    ),
    Metric(
        "polyphony",
        "Polyphony",
        "texture",
        "pitches",
        "different pitches that sound at once, while any sounds",
        "Dong et al. 2020, MusPy",
        texture.polyphony,
        textures=("chords", "voices", "band"),
    ),
    Metric(
        "polyphonic_onsets",
        "Polyphonic onsets",
        "texture",
        "share",
        "onsets at which two different pitches or more begin",
        MOGREN,
        texture.polyphonic_onsets,
        textures=("chords", "voices", "band"),
    ),
    Metric(
        "empty_bars",
        "Empty bars (EB)",
        "texture",
        "share",
        "bars of a track in which nothing sounds",
        MUSEGAN,
        texture.empty_bars,
        by_track=True,
    ),
    Metric(
        "drum_pattern",
        "Drum pattern (DP)",
        "texture",
        "share",
        "drum notes on the sixteenths of the bar, as in 8- and 16-beat patterns",
        MUSEGAN,
        texture.drum_pattern,
        textures=("band",),
        by_track=True,
    ),
    Metric(
        "tonal_distance",
        "Tonal distance (TD)",
        "harmony",
        "distance",
        "how far apart two tracks are in the tonal centroid space, beat by beat, over all pairs of tracks",
        f"Harte et al. 2006, Detecting harmonic change in musical audio; {MUSEGAN}",
        harmony.tonal_distance,
        textures=("voices", "band"),
    ),
    Metric(
        "strong_beat_dissonance",
        "Dissonance on strong beats",
        "harmony",
        "share",
        "strong beats on which a second, seventh, tritone or fourth above the bass sounds, of those with two pitches",
        HARMONY_AND_VOICE_LEADING,
        harmony.strong_beat_dissonance,
        textures=("chords", "voices", "band"),
    ),
    Metric(
        "parallels",
        "Parallel fifths and octaves",
        "voice_leading",
        "per 100 chord changes",
        "pairs of voices that move from fifth to fifth, octave to octave or unison to unison in one direction",
        HARMONY_AND_VOICE_LEADING,
        voice_leading.parallels,
        textures=("voices",),
    ),
    Metric(
        "crossings",
        "Voice crossings",
        "voice_leading",
        "per 100 chord changes",
        "pairs of voices of which the lower sounds above the higher",
        HARMONY_AND_VOICE_LEADING,
        voice_leading.crossings,
        textures=("voices",),
    ),
    Metric(
        "out_of_range",
        "Notes out of range",
        "voice_leading",
        "per 100 chord changes",
        "notes below or above what soprano, alto, tenor and bass are written for",
        HARMONY_AND_VOICE_LEADING,
        voice_leading.out_of_range,
        textures=("voices",),
    ),
)


def metrics_of(texture: str) -> tuple[Metric, ...]:
    """The metrics that say something of `texture`, in the order of METRICS. Raises ValueError for an unknown one."""
    if texture not in TEXTURES:
        raise ValueError(f"texture is {texture!r}, expected one of {', '.join(TEXTURES)}")
    return tuple(metric for metric in METRICS if texture in metric.textures)


def measure(music: Music, texture: str) -> pd.DataFrame:
    """Every metric of `texture` for every piece: index piece, a float64 column a metric, NaN where it is undefined.

    music: already in that texture (`textures.render`). Raises ValueError for an unknown texture.
    """
    columns = {metric.name: metric.of(music) for metric in metrics_of(texture)}
    return pd.DataFrame(columns, index=pd.Index(music.pieces, name="piece", dtype=object))


def measure_tracks(music: Music, texture: str) -> pd.DataFrame:
    """The metrics of `texture` that can be told of one track: columns track and, in float64, a mean over pieces each.

    One row a track that occurs in any piece, ascending. A piece in which a metric of the track is undefined (it has no
    note there) is left out of the mean, save that all its bars of that track are empty (EB is 1); where it is in every
    piece, the mean is NaN. Raises ValueError for an unknown texture.
    """
    metrics = [metric for metric in metrics_of(texture) if metric.by_track]
    rows = []
    for track in music.tracks:
        alone = music.of_track(track)
        means = {metric.name: pd.Series(metric.of(alone)).mean() for metric in metrics}
        # A piece that a track rests through has its bars all the same, and they are empty.
        means["empty_bars"] = pd.Series(empty_bars(alone)).where(by_piece(alone) > 0, 1.0)[by_piece(music) > 0].mean()
        rows.append({"track": int(track)} | means)
    return pd.DataFrame(rows, columns=["track", *(metric.name for metric in metrics)])
