"""SoundFont 2 files: which stretch of which sample sounds for a key, how it is tuned, and how it swells and dies.

E-mu Systems, "SoundFont Technical Specification", version 2.04 (2006), sections 4 to 8; the section numbers below are
its. Left out: modulators, the modulation envelope, vibrato, filters, and exclusive classes (8.1.2).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

DRUM_BANK = 128

# 7.2 to 7.10, the records of the "pdta" list.
_PRESET = np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "S12")])
_BAG = np.dtype([("generator", "<u2"), ("modulator", "<u2")])
_GENERATOR = np.dtype([("kind", "<u2"), ("amount", "<i2")])
_INSTRUMENT = np.dtype([("name", "S20"), ("bag", "<u2")])
_SAMPLE = np.dtype(
    [
        ("name", "S20"),
        ("begin", "<u4"),
        ("end", "<u4"),
        ("loop_begin", "<u4"),
        ("loop_end", "<u4"),
        ("rate", "<u4"),
        ("key", "u1"),
        ("correction", "i1"),
        ("link", "<u2"),
        ("type", "<u2"),
    ]
)
_RECORDS = {"phdr": _PRESET, "pbag": _BAG, "pgen": _GENERATOR, "inst": _INSTRUMENT, "ibag": _BAG, "igen": _GENERATOR}

# 8.1.2, the generators read here.
_BEGIN, _END, _LOOP_BEGIN, _LOOP_END = 0, 1, 2, 3
_BEGIN_COARSE, _END_COARSE, _LOOP_BEGIN_COARSE, _LOOP_END_COARSE = 4, 12, 45, 50
_PAN, _DELAY, _ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = 17, 33, 34, 35, 36, 37, 38
_INSTRUMENT_INDEX, _KEYS, _VELOCITIES, _ATTENUATION = 41, 43, 44, 48
_COARSE_TUNE, _FINE_TUNE, _SAMPLE_INDEX, _MODE, _SCALE, _ROOT = 51, 52, 53, 54, 56, 58
_NO_TIME = -12_000  # timecents: a millisecond
_DEFAULTS = dict.fromkeys((_DELAY, _ATTACK, _HOLD, _DECAY, _RELEASE), _NO_TIME) | {_SCALE: 100, _ROOT: -1}
_NOT_ADDED = (_KEYS, _VELOCITIES, _INSTRUMENT_INDEX)
_COARSE_SAMPLES = 32_768
_ALL = (0, 127)
_LOOPED = (1, 3)
# Real synthesizers, for which soundfonts are made, take this much of the attenuation that is written.
_ATTENUATION_TAKEN = 0.4

_Zone = dict[int, int]


@dataclass(frozen=True)
class Region:
    """One sample, and the keys and velocities for which it sounds. Positions count samples of the whole soundfont."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    begin: int
    end: int
    loop: tuple[int, int] | None
    rate_hz: int
    root_key: int
    cents_a_key: int
    tuning_cents: int
    attenuation_decibels: float
    pan: float  # -1 left to 1 right
    delay_seconds: float
    attack_seconds: float
    hold_seconds: float
    decay_seconds: float  # through 100 dB
    sustain_decibels: float  # below the peak
    release_seconds: float  # through 100 dB

    def sounds(self, pitch: int, velocity: int) -> bool:
        return self.keys[0] <= pitch <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


@dataclass(frozen=True)
class Soundfont:
    samples: np.ndarray  # int16
    presets: dict[tuple[int, int], tuple[Region, ...]]  # by bank and program

    def regions(self, program: int, is_drum: bool, pitch: int, velocity: int) -> list[Region]:
        """What sounds together for a note; a bank's first program stands in for one that is missing."""
        bank = DRUM_BANK if is_drum else 0
        preset = self.presets.get((bank, program)) or self.presets.get((bank, 0), ())
        return [region for region in preset if region.sounds(pitch, velocity)]


@lru_cache(maxsize=2)
def read_soundfont(path: Path) -> Soundfont:
    """The samples and presets of the .sf2 at `path`. Raises ValueError if it is none."""
    data = path.read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise ValueError(f"{path} is no SoundFont 2 file: it begins with {data[:12]!r}")
    chunks = dict(_chunks(data, 12, len(data)))
    missing = [name for name in ("smpl", "shdr", *_RECORDS) if name not in chunks]
    if missing:
        raise ValueError(f"{path} lacks the chunks {missing}")
    records = {name: np.frombuffer(chunks[name], dtype) for name, dtype in _RECORDS.items()}
    headers = np.frombuffer(chunks["shdr"], _SAMPLE)
    instruments = [
        list(_zones(records["ibag"], records["igen"], int(first), int(last), _SAMPLE_INDEX))
        for first, last in zip(records["inst"]["bag"][:-1], records["inst"]["bag"][1:], strict=True)
    ]
    presets = {}
    for preset, following in zip(records["phdr"][:-1], records["phdr"][1:], strict=True):
        zones = _zones(records["pbag"], records["pgen"], int(preset["bag"]), int(following["bag"]), _INSTRUMENT_INDEX)
        presets[int(preset["bank"]), int(preset["program"])] = tuple(
            _region(outer, inner, headers[inner[_SAMPLE_INDEX]])
            for outer in zones
            for inner in instruments[outer[_INSTRUMENT_INDEX]]
        )
    return Soundfont(np.frombuffer(chunks["smpl"], "<i2"), presets)


def _chunks(data: bytes, position: int, end: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of every chunk, those inside lists too (4.1)."""
    while position + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, position)
        if name == b"LIST":
            yield from _chunks(data, position + 12, position + 8 + size)
        else:
            yield name.decode("latin-1"), data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def _zones(bags: np.ndarray, generators: np.ndarray, first: int, last: int, goal: int) -> Iterator[_Zone]:
    """The zones that lead to a `goal` (sample or instrument), each laid over the global zone, if there is one (7.3)."""
    common: _Zone = {}
    for bag in range(first, last):
        begin, end = int(bags["generator"][bag]), int(bags["generator"][bag + 1])
        zone = {int(kind): int(amount) for kind, amount in generators[begin:end]}
        if goal in zone:
            yield common | zone
        elif bag == first:
            common = zone


def _region(outer: _Zone, inner: _Zone, header: np.void) -> Region:
    """A preset's zone adds to an instrument's (9.4); ranges meet."""
    zone = _DEFAULTS | inner
    zone |= {kind: zone.get(kind, 0) + amount for kind, amount in outer.items() if kind not in _NOT_ADDED}

    def position(name: str, fine: int, coarse: int) -> int:
        return int(header[name]) + zone.get(fine, 0) + _COARSE_SAMPLES * zone.get(coarse, 0)

    def seconds(kind: int) -> float:
        return 2 ** (zone[kind] / 1200)

    loop = position("loop_begin", _LOOP_BEGIN, _LOOP_BEGIN_COARSE), position("loop_end", _LOOP_END, _LOOP_END_COARSE)
    return Region(
        keys=_overlap(outer, inner, _KEYS),
        velocities=_overlap(outer, inner, _VELOCITIES),
        begin=position("begin", _BEGIN, _BEGIN_COARSE),
        end=position("end", _END, _END_COARSE),
        loop=loop if zone.get(_MODE, 0) in _LOOPED and loop[0] < loop[1] else None,
        rate_hz=int(header["rate"]),
        root_key=zone[_ROOT] if zone[_ROOT] >= 0 else int(header["key"]),
        cents_a_key=zone[_SCALE],
        tuning_cents=100 * zone.get(_COARSE_TUNE, 0) + zone.get(_FINE_TUNE, 0) + int(header["correction"]),
        attenuation_decibels=_ATTENUATION_TAKEN * zone.get(_ATTENUATION, 0) / 10,
        pan=min(1.0, max(-1.0, zone.get(_PAN, 0) / 500)),
        delay_seconds=seconds(_DELAY),
        attack_seconds=seconds(_ATTACK),
        hold_seconds=seconds(_HOLD),
        decay_seconds=seconds(_DECAY),
        sustain_decibels=min(100.0, max(0.0, zone.get(_SUSTAIN, 0) / 10)),
        release_seconds=seconds(_RELEASE),
    )


def _overlap(outer: _Zone, inner: _Zone, kind: int) -> tuple[int, int]:
    ranges = [(zone[kind] & 0x7F, zone[kind] >> 8 & 0x7F) if kind in zone else _ALL for zone in (outer, inner)]
    return max(low for low, _ in ranges), min(high for _, high in ranges)
