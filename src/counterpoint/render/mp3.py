"""Note tables as small sound files for pages: the sound of `render.audio` as MP3."""

import io

import numpy as np
import pandas as pd

from counterpoint.notes.table import TICKS_PER_QUARTER
from counterpoint.render.audio import SAMPLE_RATE_HZ, play

PEAK = 0.75  # of full scale: coding moves single samples by up to about 2 dB, and none may clip
FADE_SECONDS = 1.5
# libsndfile's place between 320 and 32 kbit/s at which its constant rate is 64 kbit/s.
_COMPRESSION = 0.885


def to_mp3(notes: pd.DataFrame, *, tempo_bpm: float, seconds: float | None = None, fill: bool = False) -> bytes:
    """The sound of one piece as MP3: mono, 44.1 kHz, 64 kbit/s constant (8 kB a second). Equal arguments, equal bytes.

    seconds: what lasts longer is cut there, faded out over `FADE_SECONDS`; None: all. fill: what is shorter is followed
    by silence up to `seconds`, so that files of one `seconds` are alike in length and size. The loudest sample is
    `PEAK` of full scale before coding. A table without notes gives silence.

    Raises what `render.audio.play` raises, and ValueError for a length that is not above 0 or a `fill` without length.
    """
    import soundfile  # here, for who wants pictures alone

    if seconds is not None and not seconds > 0:
        raise ValueError(f"{seconds} seconds, expected more than 0")
    if fill and seconds is None:
        raise ValueError("fill says to be silent up to `seconds`, and `seconds` is None")
    if seconds is not None and tempo_bpm > 0:  # what begins later is not heard
        notes = notes[notes["onset"] < seconds * tempo_bpm / 60 * TICKS_PER_QUARTER]
    sound = play(notes, tempo_bpm=tempo_bpm).mean(axis=0)
    if seconds is not None:
        sound = _of_length(sound, round(seconds * SAMPLE_RATE_HZ), fill)
    loudest = float(np.abs(sound).max(initial=0))
    file = io.BytesIO()
    with soundfile.SoundFile(
        file,
        "w",
        samplerate=SAMPLE_RATE_HZ,
        channels=1,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT",
        compression_level=_COMPRESSION,
    ) as coded:
        coded.write(sound * (PEAK / loudest if loudest > 0 else 0))
    return file.getvalue()


def _of_length(sound: np.ndarray, count: int, fill: bool) -> np.ndarray:
    if len(sound) <= count:
        return np.pad(sound, (0, count - len(sound))) if fill else sound
    cut = sound[:count].copy()
    fading = min(count, round(FADE_SECONDS * SAMPLE_RATE_HZ))
    cut[count - fading :] *= np.linspace(1, 0, fading, dtype=cut.dtype)
    return cut
