"""MP3s, decoded again: as long, as loud and as high as asked."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.render.audio import TAIL_SECONDS
from counterpoint.render.mp3 import PEAK, to_mp3

DATA = Path(__file__).parents[1] / "data"
SQUARE = 80


def heard(mp3: bytes) -> np.ndarray:
    """Samples of the only channel, in parts of full scale."""
    sound, rate = soundfile.read(io.BytesIO(mp3))
    assert (rate, sound.ndim) == (44_100, 1)
    return sound


def one_note(pitch: int = 69, duration: int = 48, velocity: int = 90) -> pd.DataFrame:
    return note_table(piece="p", onset=[0], duration=[duration], pitch=[pitch], program=SQUARE, velocity=velocity)


@pytest.mark.parametrize(("pitch", "hertz"), [(69, 440.0), (57, 220.0)])
def test_pitch_is_concert_pitch(pitch, hertz):
    sound = heard(to_mp3(one_note(pitch), tempo_bpm=60))[:88_200]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.fft.rfftfreq(len(sound), 1 / 44_100)[spectrum.argmax()] == pytest.approx(hertz, rel=0.004)


def test_a_real_chorale_is_heard_unclipped_and_repeats():
    notes = read_midi((DATA / "chorales/bwv66.6.mid").read_bytes(), "p", max_notes=999, max_beats=99)[0]
    first = to_mp3(notes, tempo_bpm=96, seconds=10)
    assert first == to_mp3(notes, tempo_bpm=96, seconds=10)
    sound = heard(first)
    assert len(sound) == pytest.approx(10 * 44_100, abs=1_152)
    assert np.sqrt((sound**2).mean()) > 0.05
    assert 0.6 * PEAK < np.abs(sound).max() < 0.99
    assert len(first) == pytest.approx(80_000, rel=0.02)


@pytest.mark.parametrize("velocity", [8, 127])
def test_level_does_not_hang_on_velocity(velocity):
    chord = pd.concat([one_note(pitch, velocity=velocity) for pitch in range(40, 80, 3)], ignore_index=True)
    assert 0.6 * PEAK < np.abs(heard(to_mp3(chord, tempo_bpm=90))).max() < 0.99


def test_what_is_cut_fades_out():
    sound = np.abs(heard(to_mp3(one_note(duration=24 * 60), tempo_bpm=60, seconds=4)))
    assert len(sound) == pytest.approx(4 * 44_100, abs=1_152)
    assert sound[-2_000:].max() < 0.1 * sound[:88_200].max()
    assert sound[-40_000:-30_000].max() > 0.3 * sound[:88_200].max()


def test_what_is_shorter_rings_out_or_is_filled_up():
    alone = heard(to_mp3(one_note(), tempo_bpm=120, seconds=5))
    assert len(alone) == pytest.approx((1 + TAIL_SECONDS) * 44_100, abs=1_152)
    filled = to_mp3(one_note(), tempo_bpm=120, seconds=5, fill=True)
    assert len(heard(filled)) == pytest.approx(5 * 44_100, abs=1_152)
    assert len(filled) == len(to_mp3(one_note(45, 60), tempo_bpm=120, seconds=5, fill=True))


def test_notes_after_the_cut_are_not_heard():
    late = pd.concat([one_note(), one_note(50).assign(onset=24 * 9)], ignore_index=True)
    first = to_mp3(one_note(), tempo_bpm=60, seconds=3)
    assert to_mp3(late, tempo_bpm=60, seconds=3) == first != to_mp3(late, tempo_bpm=60, seconds=30)


def test_no_notes_are_silence():
    sound = heard(to_mp3(empty_notes(), tempo_bpm=60, seconds=2))
    assert len(sound) and np.abs(sound).max() < 1e-4


def test_what_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match=r"0 seconds"):
        to_mp3(one_note(), tempo_bpm=60, seconds=0)
    with pytest.raises(ValueError, match="`seconds` is None"):
        to_mp3(one_note(), tempo_bpm=60, fill=True)
    with pytest.raises(ValueError, match="tempo of 0"):
        to_mp3(one_note(), tempo_bpm=0, seconds=2)
