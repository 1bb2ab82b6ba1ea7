import pytest

from counterpoint.notes.smf import MidiError, _latest_tick_bound, check_file
from tests.notes.files import CHORALES, END, FREEDOOM, number, smf, strike

ONE_NOTE = strike(0, 60, 480) + END
REAL = sorted([*CHORALES.glob("*.mid"), *FREEDOOM.glob("*.mid")])
LONGEST_DELTA = 2**28 - 1


def silence(ticks: int) -> bytes:
    """An empty text event after `ticks`."""
    return number(ticks) + b"\xff\x01\x00"


# Counts as much time, but takes none: a file with it is walked event by event.
SUSPICIOUS = b"\x00\xff\x01\x28" + b"\xff\xff\xff\x7f" * 10


def test_division_of_a_sound_file():
    assert check_file(smf(ONE_NOTE, division=96)) == 96


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_pass(path):
    assert check_file(path.read_bytes()) in (89, 96, 1024, 10080)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not MIDI"),
        (b"RIFF" + smf(ONE_NOTE), "not MIDI: begins with b'RIFF'"),
        (b"MThd\0\0\0\6", "truncated: 8 bytes"),
        (smf(ONE_NOTE, division=0), "0 ticks a quarter"),
        (smf(ONE_NOTE, division=0xE728), "SMPTE"),
        (smf(ONE_NOTE, ONE_NOTE, form=2), "format 2"),
        (smf(ONE_NOTE, promised=3), "promises 3 tracks, 1 are there"),
        (smf(ONE_NOTE)[:-5], r"track of 13 bytes has 8"),
        (smf(silence(LONGEST_DELTA) * 9 + ONE_NOTE), "wrap"),
        (smf(silence(LONGEST_DELTA) * 16 + ONE_NOTE), "wrap"),
        (smf(silence(2**21) * 1030 + ONE_NOTE), "wrap"),
        (smf(SUSPICIOUS + b"\x00\x90\x3c"), "inside an event"),
        (smf(SUSPICIOUS + b"\x3c\x50"), "without a status byte"),
        (smf(SUSPICIOUS + b"\xff" * 5 + END), "more than 4 bytes"),
    ],
)
def test_refused(data, reason):
    with pytest.raises(MidiError, match=reason):
        check_file(data)


def test_high_bytes_that_only_look_like_times_pass():
    lyric = "主よ".encode()
    track = (b"\x05\xff\x05" + number(len(lyric)) + lyric) * 50 + b"\x00\xf0\x03\x41\x10\xf7" + b"\x00\xc0\x07"
    data = smf(track + ONE_NOTE)
    assert _latest_tick_bound(data) > 2**31  # so the events themselves are walked
    assert check_file(data) == 480


def test_running_status_is_walked():
    track = SUSPICIOUS + silence(LONGEST_DELTA) * 7 + b"\x00\x90\x3c\x50" + b"\x60\x3c\x00" * 3 + END
    assert check_file(smf(track)) == 480


def test_bound_is_never_below_the_true_time():
    for path in REAL:
        data = path.read_bytes()
        assert len(data) < _latest_tick_bound(data) < 2**31
    deltas = [0, 1, 127, 128, 16383, 16384, 2**21 - 1, 2**21, LONGEST_DELTA]
    assert _latest_tick_bound(b"".join(map(number, deltas))) == sum(deltas)


def test_chunks_of_unknown_type_are_passed_over():
    data = smf(ONE_NOTE)
    assert check_file(data[:14] + b"XFIH\0\0\0\2ab" + data[14:] + b"trailing") == 480
