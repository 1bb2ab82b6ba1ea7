"""Note tables as sound, through a General MIDI soundfont.

The soundfont is TimGM6mb.sf2 by Tim Brechbill, GPL-2.0, which lies inside the wheel of pretty_midi. (The wheel's own
licence, MIT, is that of pretty_midi's code; it says nothing about the soundfont.) It is read where it is installed,
never downloaded, and pretty_midi itself is never imported.

The samples are played here, not by symusic's synthesizer, whose loops turn an A4 into 1661 Hz on this soundfont's piano
(symusic 0.5.8; its issue 55).
"""

import importlib.util
import wave
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.notes.table import TICKS_PER_QUARTER
from counterpoint.render.soundfont import Region, Soundfont, read_soundfont

SAMPLE_RATE_HZ = 44_100
PEAK = 0.891  # of full scale: -1 dBFS
TAIL_SECONDS = 1.6
LONGEST_MINUTES = 30  # a minute takes about 100 MB of memory while it is made
_FULL_SCALE = 32_767
_ENVELOPE_DECIBELS = 100  # what a decay or release time runs through
_INAUDIBLE_DECIBELS = 80
_SHORTEST_RELEASE_SECONDS = 0.05  # a sharper end is heard as a click
_WET = 0.18  # of the room, beside the dry sound
_DECAY_SECONDS = 1.4  # until the room is 60 dB down
_DARKNESS_HZ = 2_500  # above it the room's echo fades out
_BLOCK_SAMPLES = 2**18


def to_wav(notes: pd.DataFrame, path: Path, *, tempo_bpm: float) -> None:
    """Write the sound of one piece to `path`: WAV, 44.1 kHz, 16 bits, stereo. Equal arguments give equal bytes.

    The samples are those of `play`, the loudest of them `PEAK` of full scale. Raises what `play` raises.
    """
    _write_wave(Path(path), play(notes, tempo_bpm=tempo_bpm))


def play(notes: pd.DataFrame, *, tempo_bpm: float) -> np.ndarray:
    """The sound of one piece: float32, 2 (left, right) × samples at `SAMPLE_RATE_HZ`, at no particular level.

    The sound is set in a small room, an exponentially decaying noise (Moorer, "About This Reverberation Business",
    Computer Music Journal 3(2), 1979), and rings on for `TAIL_SECONDS` after the last release. A table without notes
    gives that tail in silence. What lies after `LONGEST_MINUTES` is left out.

    Raises FileNotFoundError if the soundfont is not installed, ValueError for more than one piece or a tempo that is
    not above 0.
    """
    if notes["piece"].nunique() > 1:
        raise ValueError(f"{notes['piece'].nunique()} pieces: a sound holds one")
    if not tempo_bpm > 0:
        raise ValueError(f"tempo of {tempo_bpm} quarter notes a minute, expected more than 0")
    seconds_a_tick = 60 / tempo_bpm / TICKS_PER_QUARTER
    last_tick = round(LONGEST_MINUTES * 60 / seconds_a_tick)
    notes = notes[notes["onset"] < last_tick]
    releases = (notes["onset"] + notes["duration"]).clip(upper=last_tick)
    notes = notes.assign(duration=releases - notes["onset"])
    seconds = 0.0 if notes.empty else float(releases.max()) * seconds_a_tick
    font = read_soundfont(soundfont())
    sound = np.zeros((2, round((seconds + TAIL_SECONDS) * SAMPLE_RATE_HZ)), np.float32)
    for _, same in notes.groupby(["program", "is_drum", "pitch"], sort=True):
        _play(font, same.sort_values(["duration", "onset"], ascending=False), seconds_a_tick, sound)
    return _in_a_room(sound)


def _play(font: Soundfont, notes: pd.DataFrame, seconds_a_tick: float, sound: np.ndarray) -> None:
    """Add notes of one program and pitch, the longest first, to `sound`; so each sample is read out but once."""
    program, is_drum, pitch = int(notes["program"].iloc[0]), bool(notes["is_drum"].iloc[0]), int(notes["pitch"].iloc[0])
    wave_forms: dict[Region, np.ndarray] = {}
    columns = (notes[name].tolist() for name in ("onset", "duration", "velocity"))
    for onset, duration, velocity in zip(*columns, strict=True):
        begin, held_seconds = round(onset * seconds_a_tick * SAMPLE_RATE_HZ), duration * seconds_a_tick
        for region in font.regions(program, is_drum, pitch, velocity):
            release_seconds = max(region.release_seconds, _SHORTEST_RELEASE_SECONDS)
            audible_seconds = held_seconds + release_seconds * _INAUDIBLE_DECIBELS / _ENVELOPE_DECIBELS
            count = min(int(audible_seconds * SAMPLE_RATE_HZ), sound.shape[1] - begin)
            if region not in wave_forms or len(wave_forms[region]) < count:
                wave_forms[region] = _wave_form(font, region, pitch, count)
            voice = wave_forms[region][:count]
            voice = voice * _envelope(region, len(voice), held_seconds, release_seconds)
            # Velocity counts squared: the specification's default modulator (8.4.1), to within a decibel.
            left, right = _gains(region, (velocity / 127) ** 2)
            sound[0, begin : begin + len(voice)] += left * voice
            sound[1, begin : begin + len(voice)] += right * voice


def _wave_form(font: Soundfont, region: Region, pitch: int, count: int) -> np.ndarray:
    """At most `count` samples of a region at a pitch (fewer if it does not loop), float32 within -1 to 1."""
    cents = region.cents_a_key * (pitch - region.root_key) + region.tuning_cents
    step = 2 ** (cents / 1200) * region.rate_hz / SAMPLE_RATE_HZ
    if region.loop is None:
        count = max(0, min(count, int((region.end - 1 - region.begin) / step)))
    positions = region.begin + step * np.arange(count)
    if region.loop is not None:
        loop_begin, loop_end = region.loop
        looping = positions >= loop_end
        positions[looping] = loop_begin + (positions[looping] - loop_begin) % (loop_end - loop_begin)
    before = positions.astype(np.int64)
    after = before + 1
    if region.loop is not None:
        after[after == loop_end] = loop_begin
    share = (positions - before).astype(np.float32)
    return ((1 - share) * font.samples[before] + share * font.samples[after]) * np.float32(2**-15)


def _envelope(region: Region, count: int, held_seconds: float, release_seconds: float) -> np.ndarray:
    """Loudness in time (8.1.2): delay, a straight attack, hold, a decay and a release straight in decibels."""
    seconds = np.arange(count, dtype=np.float32) / SAMPLE_RATE_HZ
    attacked = seconds - region.delay_seconds
    decayed = attacked - region.attack_seconds - region.hold_seconds
    down = np.clip(decayed * (_ENVELOPE_DECIBELS / region.decay_seconds), 0, region.sustain_decibels)
    down += np.maximum(0, seconds - held_seconds) * (_ENVELOPE_DECIBELS / release_seconds)
    return np.clip(attacked / region.attack_seconds, 0, 1) * np.exp(down * np.float32(-np.log(10) / 20))


def _gains(region: Region, level: float) -> tuple[float, float]:
    """Left and right, of equal power together wherever the region stands."""
    level *= 10 ** (-region.attenuation_decibels / 20)
    angle = (region.pan + 1) * np.pi / 4
    return level * float(np.cos(angle)), level * float(np.sin(angle))


def soundfont(package: str = "pretty_midi") -> Path:
    """Where TimGM6mb.sf2 lies in the installed `package`; FileNotFoundError, saying what to install, if nowhere."""
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations if found else None) or []:
        path = Path(folder) / "TimGM6mb.sf2"
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"the soundfont TimGM6mb.sf2 is not in the package {package!r}: install pretty_midi>=0.2.11, whose wheel has it"
    )


def _in_a_room(sound: np.ndarray) -> np.ndarray:
    """`sound` (2 × samples) with the echo of a small dark room added, by overlap-add; the same length."""
    response = _room_response()
    size = 2 ** (_BLOCK_SAMPLES + response.shape[1] - 1).bit_length()
    spectrum = np.fft.rfft(response, size)
    result = sound.copy()
    for begin in range(0, sound.shape[1], _BLOCK_SAMPLES):
        block = sound[:, begin : begin + _BLOCK_SAMPLES]
        echo = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
        end = min(sound.shape[1], begin + block.shape[1] + response.shape[1] - 1)
        result[:, begin:end] += _WET * echo[:, : end - begin].astype(np.float32)
    return result


def _room_response() -> np.ndarray:
    """2 × samples, each channel of energy 1."""
    count = int(_DECAY_SECONDS * SAMPLE_RATE_HZ)
    noise = np.random.default_rng(1979).standard_normal((2, count))
    frequencies = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    dark = np.fft.irfft(np.fft.rfft(noise) / (1 + (frequencies / _DARKNESS_HZ) ** 2), count)
    response = dark * 10 ** (-3 * np.arange(count) / count)
    return response / np.sqrt((response**2).sum(axis=1, keepdims=True))


def _write_wave(path: Path, sound: np.ndarray) -> None:
    loudest = float(np.abs(sound).max(initial=0))
    scale = PEAK * _FULL_SCALE / loudest if loudest > 0 else 0.0
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(np.rint(sound.T * scale).astype("<i2").tobytes())
