import struct
from pathlib import Path

import numpy as np
import pytest

from counterpoint.render.audio import soundfont
from counterpoint.render.soundfont import read_soundfont

SAMPLES = np.arange(-50, 150, dtype="<i2")


def chunk(name: str, content: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def zones(*generators: list[tuple[int, int]]) -> tuple[bytes, bytes]:
    """Bags and generators of the zones, and the closing one."""
    begins = np.cumsum([0, *map(len, generators)])
    bags = b"".join(struct.pack("<HH", begin, 0) for begin in begins)
    flat = [generator for zone in generators for generator in zone] + [(0, 0)]
    return bags, b"".join(struct.pack("<Hh", kind, amount) for kind, amount in flat)


def keys(low: int, high: int) -> tuple[int, int]:
    return 43, high << 8 | low


def small_font(path: Path) -> Path:
    """One preset (bank 0, program 7) on one instrument of two zones below a global one; a kit that plays it too."""
    preset_bags, preset_generators = zones(
        [(48, 50), (52, 5)],  # global: 5 dB quieter, 5 cents up
        [keys(10, 90), (52, -7), (41, 0)],  # in place of the global's 5 cents
        [(41, 0)],
    )
    instrument_bags, instrument_generators = zones(
        [(38, 1200), (54, 1), (17, -250)],  # global: released in 2 seconds, looped, half left
        [keys(0, 59), (51, 2), (52, 30), (58, 48), (53, 0)],
        [keys(60, 127), (44, 100 << 8 | 20), (17, 500), (54, 0), (37, 200), (3, 4), (1, -6), (53, 1)],
    )
    sample = struct.Struct("<20sIIIIIBbHH")
    pdta = [
        chunk(
            "phdr",
            b"".join(
                struct.pack("<20sHHH12s", name, program, bank, bag, b"")
                for name, program, bank, bag in ((b"Seven", 7, 0, 0), (b"Kit", 0, 128, 2), (b"EOP", 0, 0, 3))
            ),
        ),
        chunk("pbag", preset_bags),
        chunk("pgen", preset_generators),
        chunk("inst", struct.pack("<20sH", b"One", 0) + struct.pack("<20sH", b"EOI", 3)),
        chunk("ibag", instrument_bags),
        chunk("igen", instrument_generators),
        chunk(
            "shdr",
            sample.pack(b"low", 0, 80, 20, 60, 22_050, 50, 3, 0, 1)
            + sample.pack(b"high", 90, 190, 100, 180, 44_100, 72, -4, 0, 1)
            + sample.pack(b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ),
    ]
    lists = chunk("LIST", b"sdta" + chunk("smpl", SAMPLES.tobytes())) + chunk("LIST", b"pdta" + b"".join(pdta))
    path.write_bytes(chunk("RIFF", b"sfbk" + chunk("LIST", b"INFO" + chunk("isng", b"odd")) + lists))
    return path


def test_low_zone_by_hand(tmp_path):
    font = read_soundfont(small_font(tmp_path / "a.sf2"))
    assert font.samples.tolist() == SAMPLES.tolist()
    (low,) = font.regions(7, False, pitch=59, velocity=1)
    assert (low.keys, low.velocities) == ((10, 59), (0, 127))
    assert (low.begin, low.end, low.loop, low.rate_hz) == (0, 80, (20, 60), 22_050)
    assert (low.root_key, low.cents_a_key) == (48, 100)  # not the sample's own 50
    assert low.tuning_cents == 200 + 30 - 7 + 3
    assert low.pan == -0.5
    assert low.release_seconds == 2.0
    assert low.attack_seconds == pytest.approx(1 / 1024)
    assert low.sustain_decibels == 0
    assert low.attenuation_decibels == pytest.approx(0.4 * 5)


def test_high_zone_by_hand(tmp_path):
    font = read_soundfont(small_font(tmp_path / "a.sf2"))
    (high,) = font.regions(7, False, pitch=60, velocity=20)
    assert (high.keys, high.velocities) == ((60, 90), (20, 100))
    assert (high.begin, high.end, high.loop, high.rate_hz) == (90, 184, None, 44_100)
    assert (high.root_key, high.tuning_cents, high.pan) == (72, -7 - 4, 1.0)
    assert high.sustain_decibels == 20.0


@pytest.mark.parametrize(("pitch", "velocity"), [(9, 64), (91, 64), (60, 19), (60, 101)])
def test_outside_its_ranges_nothing_sounds(tmp_path, pitch, velocity):
    assert read_soundfont(small_font(tmp_path / "a.sf2")).regions(7, False, pitch, velocity) == []


def test_missing_programs_fall_back_on_their_banks_first(tmp_path):
    font = read_soundfont(small_font(tmp_path / "a.sf2"))
    (kit,) = font.regions(25, True, pitch=9, velocity=64)
    assert (kit.keys, kit.tuning_cents, kit.attenuation_decibels) == ((0, 59), 200 + 30 + 3, 0.0)
    assert font.regions(8, False, pitch=60, velocity=64) == []


def test_what_is_no_soundfont_is_refused(tmp_path):
    (tmp_path / "midi.sf2").write_bytes(b"MThd\0\0\0\6\0\1\0\1\0\x18")
    with pytest.raises(ValueError, match="no SoundFont 2 file"):
        read_soundfont(tmp_path / "midi.sf2")
    (tmp_path / "bare.sf2").write_bytes(chunk("RIFF", b"sfbk" + chunk("LIST", b"sdta" + chunk("smpl", b"12"))))
    with pytest.raises(ValueError, match=r"lacks the chunks \['shdr', 'phdr'"):
        read_soundfont(tmp_path / "bare.sf2")


def test_installed_soundfont_has_every_general_midi_program_and_stays_in_its_samples():
    font = read_soundfont(soundfont())
    for program in range(128):
        assert font.regions(program, False, pitch=60, velocity=90), program
    for drum in range(35, 82):
        assert font.regions(0, True, pitch=drum, velocity=90), drum
    for regions in font.presets.values():
        for region in regions:
            assert 0 <= region.begin < region.end <= len(font.samples)
            assert region.loop is None or region.begin <= region.loop[0] < region.loop[1] <= region.end
