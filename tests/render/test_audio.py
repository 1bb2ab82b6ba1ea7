import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.render import audio
from counterpoint.render.audio import PEAK, SAMPLE_RATE_HZ, TAIL_SECONDS, soundfont, to_wav

DATA = Path(__file__).parents[1] / "data"
PIANO, ORGAN, VIOLIN, CELLO, SQUARE = 0, 19, 40, 42, 80


def heard(path: Path) -> np.ndarray:
    """Samples × 2, in parts of full scale."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44_100)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32_767


def one_note(pitch: int, program: int, velocity: int = 90) -> pd.DataFrame:
    return note_table(piece="p", onset=[0], duration=[48], pitch=[pitch], program=program, velocity=velocity)


@pytest.mark.parametrize(
    ("program", "pitch", "hertz"),
    [(PIANO, 60, 261.63), (VIOLIN, 69, 440.0), (CELLO, 81, 880.0), (SQUARE, 69, 440.0)],
)
def test_pitch_is_concert_pitch(tmp_path, program, pitch, hertz):
    to_wav(one_note(pitch, program), tmp_path / "note.wav", tempo_bpm=60)
    sound = heard(tmp_path / "note.wav")[: 2 * SAMPLE_RATE_HZ].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)[spectrum.argmax()] == pytest.approx(hertz, rel=0.004)


def test_piano_dies_away_and_organ_does_not(tmp_path):
    kept = {}
    for program in (PIANO, ORGAN):
        to_wav(one_note(60, program).assign(duration=96), tmp_path / "note.wav", tempo_bpm=60)
        sound = np.abs(heard(tmp_path / "note.wav"))
        kept[program] = sound[3 * SAMPLE_RATE_HZ :][:SAMPLE_RATE_HZ].max() / sound[:SAMPLE_RATE_HZ].max()
    assert 0.02 < kept[PIANO] < 0.3 < kept[ORGAN]


def test_notes_sound_where_they_stand(tmp_path):
    notes = note_table(piece="p", onset=[12, 60], duration=[12, 24], pitch=[69, 69], program=SQUARE)
    to_wav(notes, tmp_path / "two.wav", tempo_bpm=60)
    loud = np.abs(heard(tmp_path / "two.wav")).max(axis=1)
    levels = [loud[round(at * SAMPLE_RATE_HZ) :][: SAMPLE_RATE_HZ // 5].max() for at in (0.2, 0.6, 2.1, 2.7, 4.5)]
    assert levels[0] == 0
    assert min(levels[1], levels[3]) > 0.4
    assert max(levels[2], levels[4]) < 0.05


@pytest.mark.parametrize(("tempo_bpm", "seconds"), [(60, 2.0), (120, 1.0), (96, 1.25)])
def test_lasts_as_the_tempo_says_and_rings_on(tmp_path, tempo_bpm, seconds):
    to_wav(one_note(69, ORGAN), tmp_path / "note.wav", tempo_bpm=tempo_bpm)
    sound = np.abs(heard(tmp_path / "note.wav")).max(axis=1)
    assert len(sound) == round((seconds + TAIL_SECONDS) * SAMPLE_RATE_HZ)
    release = round(seconds * SAMPLE_RATE_HZ)
    held, tail = sound[release // 2 : release].max(), sound[release + 2_000 :]
    assert held > 0.3
    assert 0.01 < tail[:4_000].max() < held
    assert tail[-4_000:].max() < 0.001


@pytest.mark.parametrize("velocity", [8, 127])
def test_level_is_the_stated_peak_and_never_clips(tmp_path, velocity):
    chord = pd.concat([one_note(pitch, ORGAN, velocity).assign(track=k) for k, pitch in enumerate(range(40, 80, 3))])
    to_wav(chord.sort_values("track", ignore_index=True), tmp_path / "chord.wav", tempo_bpm=90)
    sound = np.abs(heard(tmp_path / "chord.wav"))
    assert sound.max() == pytest.approx(PEAK, abs=1e-4)
    assert np.sqrt((sound**2).mean()) > 0.05


def test_real_pieces_sound_and_repeat(tmp_path):
    for name in ("chorales/bwv66.6", "freedoom/freedoom1_D_INTROA"):
        notes, facts = read_midi((DATA / f"{name}.mid").read_bytes(), name, max_notes=999, max_beats=99)
        for take in ("one", "two"):
            to_wav(notes, tmp_path / f"{name}/{take}.wav", tempo_bpm=facts.tempo_bpm)
        sound = heard(tmp_path / f"{name}/one.wav")
        seconds = (notes["onset"] + notes["duration"]).max() / 24 * 60 / facts.tempo_bpm
        assert len(sound) == pytest.approx((seconds + TAIL_SECONDS) * SAMPLE_RATE_HZ, abs=1)
        assert (sound[:, 0] != sound[:, 1]).any()
        assert (tmp_path / f"{name}/one.wav").read_bytes() == (tmp_path / f"{name}/two.wav").read_bytes()


def test_drums_are_heard_as_drums(tmp_path):
    drum = one_note(38, 0).assign(is_drum=True)
    to_wav(drum, tmp_path / "snare.wav", tempo_bpm=60)
    to_wav(one_note(38, 0), tmp_path / "piano.wav", tempo_bpm=60)

    def flatness(path: Path) -> float:
        power = np.abs(np.fft.rfft(heard(path)[:8_192, 0]))[20:3_000] ** 2 + 1e-12
        return np.exp(np.log(power).mean()) / power.mean()

    assert flatness(tmp_path / "snare.wav") > 5 * flatness(tmp_path / "piano.wav")  # noise, not a tone


def test_no_notes_are_silence(tmp_path):
    to_wav(empty_notes(), tmp_path / "silence.wav", tempo_bpm=60)
    sound = heard(tmp_path / "silence.wav")
    assert len(sound) == round(TAIL_SECONDS * SAMPLE_RATE_HZ) and not sound.any()


def test_an_endless_piece_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(audio, "LONGEST_MINUTES", 0.05)
    late = pd.concat([one_note(60, 0).assign(duration=24 * 2_000), one_note(64, 0).assign(onset=72)])
    to_wav(late, tmp_path / "cut.wav", tempo_bpm=60)
    to_wav(one_note(60, 0).assign(duration=72), tmp_path / "three seconds.wav", tempo_bpm=60)
    assert (tmp_path / "cut.wav").read_bytes() == (tmp_path / "three seconds.wav").read_bytes()


def test_what_cannot_be_rendered_is_refused(tmp_path):
    with pytest.raises(ValueError, match="2 pieces"):
        to_wav(pd.concat([one_note(60, 0), one_note(60, 0).assign(piece="q")]), tmp_path / "x.wav", tempo_bpm=60)
    with pytest.raises(ValueError, match="tempo of 0"):
        to_wav(one_note(60, 0), tmp_path / "x.wav", tempo_bpm=0)
    assert not (tmp_path / "x.wav").exists()


def test_soundfont_is_found_or_the_error_says_what_to_install():
    assert soundfont().name == "TimGM6mb.sf2"
    for package in ("json", "no_such_package_anywhere"):
        with pytest.raises(FileNotFoundError, match=rf"not in the package '{package}': install pretty_midi"):
            soundfont(package)


def test_pretty_midi_itself_is_never_imported():
    code = (
        "import sys; from counterpoint.render import audio; audio.soundfont(); sys.exit('pretty_midi' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
