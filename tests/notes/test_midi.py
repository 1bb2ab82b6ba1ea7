import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from counterpoint.notes.midi import MidiError, read_midi, write_midi
from counterpoint.notes.table import NOTE_SCHEMA, empty_notes, note_table
from tests.notes.files import CHORALES, END, FREEDOOM, number, smf, strike


def read(data: bytes, piece: str = "p", max_notes: int = 50_000, max_beats: int = 5_000):
    return read_midi(data, piece, max_notes=max_notes, max_beats=max_beats)


def columns(notes: pd.DataFrame, *names: str) -> list[tuple]:
    return list(notes[list(names)].itertuples(index=False, name=None))


def test_quantises_onset_and_release_half_up_on_the_absolute_grid():
    # 480 ticks a quarter: 20 to a tick of the table, so 10 is a half.
    track = strike(9, 60, 11) + strike(10, 61, 19) + strike(1, 62, 480) + END
    notes, facts = read(smf(track))
    # 9..20 → 0..1; 30..49 → 1.5..2.45 → 2..2, held for one tick; 50..530 → 2.5..26.5 → 3..27
    assert columns(notes, "onset", "duration", "pitch") == [(0, 1, 60), (2, 1, 61), (3, 24, 62)]
    assert (facts.moved_notes, facts.furthest_beats) == (3, 10 / 480)


def test_notes_that_end_off_the_grid_are_not_moved():
    _, facts = read(smf(strike(40, 60, 33) + strike(7, 61, 13) + strike(8, 62, 480) + END))  # at 40, 80 and 101
    assert (facts.moved_notes, facts.furthest_beats) == (1, 1 / 480)
    _, facts = read(smf(strike(40, 60, 33) + END))
    assert (facts.moved_notes, facts.furthest_beats) == (0, 0.0)


def test_division_that_does_not_divide():
    notes, _ = read(smf(strike(89, 60, 44) + END, division=89))
    assert columns(notes, "onset", "duration") == [(24, 12)]  # 44 / 89 quarters are 11.87 ticks


def test_duplicates_are_merged_into_the_longest():
    short_then_long = b"\x00\x90\x40\x31\x00\x90\x40\x52\x78\x80\x40\x00\x78\x80\x40\x00"  # released at 120 and at 240
    notes, _ = read(smf(short_then_long + END, strike(0, 0x40, 60, 77) + END))
    assert columns(notes, "track", "duration", "velocity") == [(0, 12, 82), (1, 3, 77)]


def test_columns_and_facts():
    conductor = (
        b"\x00\xff\x51\x03\x09\x27\xc0"  # 600,000 microseconds a quarter
        b"\x00\xff\x58\x04\x03\x02\x18\x08"
        b"\x00\xff\x59\x02\xfd\x01"  # three flats, minor
        b"\x8b\x20\xff\x58\x04\x07\x03\x18\x08"  # at tick 1440
        b"\x00\xff\x51\x03\x07\xa1\x20" + END
    )
    violin = b"\x00\xff\x03\x06Violin\x00\xc2\x28" + strike(480, 76, 240, 99, channel=2) + END
    drums = b"\x00\xff\x03\x04Trap\x00\xc9\x10" + strike(0, 38, 120, 55, channel=9) + END
    notes, facts = read(smf(conductor, violin, END, drums), "a/b.mid")
    assert list(notes.columns) == NOTE_SCHEMA.names
    assert list(notes.itertuples(index=False, name=None)) == [
        ("a/b.mid", 0, 40, False, 24, 12, 76, 99),
        ("a/b.mid", 1, 16, True, 0, 6, 38, 55),
    ]
    assert facts.track_names == ("Violin", "Trap")
    assert facts.time_signatures == ((0, 3, 4), (72, 7, 8))
    assert facts.key_signatures == ((0, -3, True),)
    assert facts.tempo_bpm == 100.0


def test_channels_of_a_format_0_file_become_tracks():
    track = strike(0, 60, 20, channel=5) + strike(0, 61, 20, channel=9) + strike(0, 62, 20, channel=0) + END
    notes, _ = read(smf(track, form=0))
    assert columns(notes, "track", "pitch", "is_drum") == [(0, 62, False), (1, 60, False), (2, 61, True)]


def test_defaults_where_the_file_is_silent():
    _, facts = read(smf(strike(0, 60, 480) + END))
    assert facts.time_signatures == ((0, 4, 4),)
    assert facts.key_signatures == ()
    assert facts.tempo_bpm == 120.0
    assert facts.track_names == ("",)


def test_first_metre_after_the_start_leaves_four_four_before_it():
    _, facts = read(smf(strike(0, 60, 480) + b"\x00\xff\x58\x04\x05\x02\x18\x08" + END))
    assert facts.time_signatures == ((0, 4, 4), (24, 5, 4))


def test_impossible_key_signature_is_passed_over():
    _, facts = read(smf(b"\x00\xff\x59\x02\x09\x00" + strike(0, 60, 480) + b"\x00\xff\x59\x02\x02\x00" + END))
    assert facts.key_signatures == ((24, 2, False),)


def test_signatures_after_the_longest_music_are_passed_over():
    # 2^27 quarter notes on, whose ticks no note table's 31 bits hold.
    late = strike(0, 60, 1) + number(2**27) + b"\xff\x58\x04\x03\x02\x18\x08" + b"\x00\xff\x59\x02\x03\x00" + END
    _, facts = read(smf(late, division=1))
    assert facts.time_signatures == ((0, 4, 4),) and facts.key_signatures == ()
    in_time = strike(0, 60, 1) + number(4_999) + b"\xff\x58\x04\x03\x02\x18\x08" + END
    assert read(smf(in_time, division=1))[1].time_signatures == ((0, 4, 4), (5_000 * 24, 3, 4))


def test_name_that_is_no_utf8_is_text_all_the_same():
    _, facts = read(smf(b"\x00\xff\x03\x04caf\xe9" + strike(0, 60, 480) + END))
    assert facts.track_names[0].encode().startswith(b"caf")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html></html>", "not MIDI"),
        (smf(END), "no notes"),
        (smf(b"\x00\x90\x3c\x50" + END), "no notes"),  # never released
        (smf(strike(0, 60, 480) * 4 + END), "4 notes, at most 3"),
        (smf(strike(480, 60, 480 * 10 + 1) + END), "11 quarter notes, at most 11"),
        (smf(number(2**28 - 1) + strike(0, 60, 9)[1:] + END), "559241 quarter notes"),
        (smf((number(2**28 - 1) + b"\xff\x01\x00") * 16 + strike(0, 60, 480) + END), "wrap"),
        (smf(b"\x00\xff\x58\x04\x00\x02\x18\x08" + strike(0, 60, 480) + END), "metre 0/4"),
        (smf(b"\x00\xff\x58\x04\x03\x08\x18\x08" + strike(0, 60, 480) + END), "metre 3/0"),
        (smf(b"\x00\xff\x51\x03\x00\x00\x00" + strike(0, 60, 480) + END), "tempo of 0"),
        (smf(strike(0, 60, 480, velocity=200) + END), "above 127"),
        (smf(strike(0, 200, 480) + END), "above 127"),
        (smf(b"\x00\xc0\xc8" + strike(0, 60, 480) + END), "program=200"),
        (smf(b"\x00\xff\x01\x7fabc" + END), "malformed or truncated"),
    ],
)
def test_refused_with_the_reason(data, reason):
    with pytest.raises(MidiError, match=reason):
        read(data, max_notes=3, max_beats=11)


def test_what_is_just_allowed_is_read():
    notes, _ = read(smf(strike(480, 60, 480 * 10) + END), max_notes=1, max_beats=11)
    assert columns(notes, "onset", "duration") == [(24, 240)]


@pytest.mark.parametrize(
    "data",
    [
        smf(number(2**28 - 1) + b"\x90\x3c\x50\x00\x80\x3c\x00" + END),
        smf(*[END] * 65_535),
        smf(strike(0, 60, 1) * 500_000 + END),
        smf((number(2**28 - 1) + b"\xff\x01\x00") * 60_000 + END),
    ],
    ids=["huge delta", "empty tracks", "half a million notes", "only huge deltas"],
)
def test_bombs_are_refused_without_the_heavy_work(data):
    before = time.process_time()
    with pytest.raises(MidiError):
        read(data)
    assert time.process_time() - before < 5  # a bomb read in full takes minutes


@pytest.mark.parametrize("path", [CHORALES / "bwv66.6.mid", FREEDOOM / "freedoom1_D_INTROA.mid"], ids=lambda p: p.stem)
def test_broken_bytes_never_raise_anything_but_midi_error(path):
    whole = path.read_bytes()
    random = np.random.default_rng(7)
    for length in range(0, len(whole), 7):
        with pytest.raises(MidiError):
            read(whole[:length])
    survived = 0
    for _ in range(120):
        broken = bytearray(whole)
        for at in random.integers(0, len(whole), 3):
            broken[at] = random.integers(0, 256)
        try:
            notes, _ = read(bytes(broken))
        except MidiError:
            continue
        survived += 1
        assert (notes["duration"] >= 1).all() and (notes["onset"] >= 0).all()
    assert 0 < survived < 120


@pytest.mark.parametrize(
    ("path", "notes", "tracks", "drums", "first_name"),
    [
        (CHORALES / "bwv66.6.mid", 163, 4, 0, "Soprano"),
        (CHORALES / "bwv17.7.mid", 418, 4, 0, "Soprano"),
        (FREEDOOM / "freedoom1_D_INTROA.mid", 67, 2, 1, "Quick MUS->MID ! by S.Bacquet"),
        (FREEDOOM / "freedoom2_D_READ_M.mid", 1043, 4, 1, "Electric Bass (finger)"),
        (FREEDOOM / "freedoom1_D_E3M8.mid", 1287, 14, 0, "echo"),
    ],
    ids=lambda value: getattr(value, "stem", None),
)
def test_real_files(path, notes, tracks, drums, first_name):
    table, facts = read(path.read_bytes(), path.stem)
    assert len(table) == notes
    assert table["track"].nunique() == tracks == len(facts.track_names)
    assert table.groupby("track")["is_drum"].first().sum() == drums
    assert facts.track_names[0] == first_name


def test_real_chorale_by_hand():
    notes, facts = read((CHORALES / "bwv66.6.mid").read_bytes())
    soprano = notes[notes["track"] == 0]
    # C#5 and B4 are quavers, then A4 B4 C#5 E5 crotchets.
    assert columns(soprano.head(6), "pitch", "onset", "duration") == [
        (73, 0, 12),
        (71, 12, 12),
        (69, 24, 24),
        (71, 48, 24),
        (73, 72, 24),
        (76, 96, 24),
    ]
    assert facts.track_names == ("Soprano", "Alto", "Tenor", "Bass")
    assert facts.key_signatures == ((0, 3, True),)
    assert facts.tempo_bpm == 96.0


def test_real_files_survive_writing():
    for path in sorted(CHORALES.glob("*.mid")):
        notes, facts = read(path.read_bytes())
        again, same = read(write_midi(notes, tempo_bpm=facts.tempo_bpm, track_names=facts.track_names))
        assert_frame_equal(again, notes)
        assert same.track_names == facts.track_names
        assert same.tempo_bpm == facts.tempo_bpm


@st.composite
def tables(draw) -> pd.DataFrame:
    """A piece of one to twenty tracks, none of which strikes a pitch that it still holds."""
    parts = []
    for track in range(draw(st.integers(1, 20))):
        program, is_drum = draw(st.integers(0, 127)), draw(st.booleans())
        free = dict.fromkeys(range(128), 0)  # the tick from which a pitch may be struck again
        for _ in range(draw(st.integers(1, 12))):
            pitch, gap = draw(st.integers(0, 127)), draw(st.integers(0, 300))
            onset, duration = free[pitch] + gap, draw(st.integers(1, 2000))
            free[pitch] = onset + duration
            parts.append((track, program, is_drum, onset, duration, pitch, draw(st.integers(1, 127))))
    names = ["track", "program", "is_drum", "onset", "duration", "pitch", "velocity"]
    return note_table(piece="p", **dict(zip(names, map(list, zip(*parts, strict=True)), strict=True)))


@settings(max_examples=40, deadline=None)
@given(tables(), st.floats(4, 400), st.sampled_from([(3, 4), (4, 4), (7, 8), (12, 16)]))
def test_written_tables_are_read_back(notes, tempo_bpm, metre):
    names = tuple(f"Stimme {number}" for number in range(notes["track"].max() + 1))
    data = write_midi(notes, tempo_bpm=tempo_bpm, time_signature=metre, track_names=names, text=("one", "zwei" * 40))
    again, facts = read(data)
    assert_frame_equal(again, notes)
    assert facts.track_names == names
    assert facts.time_signatures == ((0, *metre),)
    assert facts.tempo_bpm == pytest.approx(tempo_bpm, rel=4e-6)  # a tempo is whole microseconds a quarter
    assert data == write_midi(
        notes, tempo_bpm=tempo_bpm, time_signature=metre, track_names=names, text=("one", "zwei" * 40)
    )


def test_text_is_kept_as_text_events():
    notes = note_table(piece="p", onset=[0], duration=[24], pitch=[60])
    long = "x" * 200
    data = write_midi(notes, tempo_bpm=80, text=("modèle 3", long))
    assert b"\x00\xff\x01\x09" + "modèle 3".encode() in data
    assert b"\x00\xff\x01\x81\x48" + long.encode() in data


def test_drums_are_on_channel_ten_and_other_tracks_never():
    notes = note_table(piece="p", track=range(18), is_drum=[k == 3 for k in range(18)], onset=0, duration=24, pitch=60)
    data = write_midi(notes, tempo_bpm=80)
    assert data.count(b"\x99\x3c\x5a") == 1
    assert read(data)[0]["is_drum"].tolist() == [k == 3 for k in range(18)]


def test_a_track_of_two_programs_becomes_two():
    notes = note_table(piece="p", program=[7, 5], onset=[0, 24], duration=24, pitch=[60, 62])
    again, _ = read(write_midi(notes, tempo_bpm=80))
    assert columns(again, "track", "program", "onset") == [(0, 5, 24), (1, 7, 0)]


def test_a_table_without_notes_is_a_file_without_notes():
    with pytest.raises(MidiError, match="no notes"):
        read(write_midi(empty_notes(), tempo_bpm=80, text=("silence",)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tempo_bpm": 3.0}, "tempo of 3.0"),
        ({"tempo_bpm": 0.0}, "tempo of 0.0"),
        ({"time_signature": (3, 5)}, "metre 3/5"),
        ({"time_signature": (0, 4)}, "metre 0/4"),
    ],
)
def test_what_midi_cannot_hold_is_refused(change, reason):
    notes = note_table(piece="p", onset=[0], duration=[24], pitch=[60])
    with pytest.raises(ValueError, match=reason):
        write_midi(notes, **({"tempo_bpm": 80.0} | change))


def test_two_pieces_and_endless_notes_are_refused():
    with pytest.raises(ValueError, match="2 pieces"):
        write_midi(note_table(piece=["p", "q"], onset=0, duration=24, pitch=60), tempo_bpm=80)
    with pytest.raises(ValueError, match="ends after tick"):
        write_midi(note_table(piece="p", onset=[2**28 - 5], duration=[5], pitch=[60]), tempo_bpm=80)
