import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings import events
from counterpoint.encodings.pitch_sets import shifted, sizes, to_pitches
from counterpoint.encodings.splits import TextureError, split_events, split_notes
from counterpoint.notes import table

# Two-part pieces in D major; "solo" has no Bass.
PIECES = pd.DataFrame(
    {
        "piece": ["duet", "other", "solo", "trio"],
        "track_names": [["Soprano", "Bass"], ["Soprano", "Bass"], ["Soprano"], ["Soprano", "Bass"]],
        "split": ["train", "validation", "train", "test"],
    }
)
SCALE = [62, 64, 66, 67, 69, 71, 73, 74]


def part(piece: str, track: int, pitches: list[int], ticks: int, start: int = 0) -> pd.DataFrame:
    onsets = start + ticks * np.arange(len(pitches))
    return table.note_table(piece=[piece] * len(pitches), track=track, onset=onsets, duration=ticks, pitch=pitches)


NOTES = pd.concat(
    [
        part("duet", 0, SCALE, 12, start=6),
        part("duet", 1, [50, 45, 50], 36),
        part("other", 0, SCALE[::-1], 24),
        part("other", 1, [50, 57], 96),
        part("solo", 0, SCALE, 48),
        part("trio", 0, SCALE[2:], 30),
        part("trio", 1, [50, 54], 60),
    ],
    ignore_index=True,
)


def settings(section: str, **changes: str) -> params.Params:
    return params.parse(params.overlay(params.read_yaml(params.paths.PARAMS), {section: changes}))


def melody_of(voice: str, key: str) -> dict[str, events.Events]:
    return split_events("melody", NOTES, PIECES, settings("melody", voice=voice, key=key))


def test_the_named_voice_as_it_is():
    split = melody_of("Bass", "original")
    assert list(split) == ["train", "validation", "test"]
    assert [of_split.pieces for of_split in split.values()] == [("duet",), ("other",), ("trio",)]
    assert to_pitches(split["train"].chords) == ((50,), (45,), (50,)) and split["train"].ticks.tolist() == [36] * 3


def test_the_highest_line_reads_the_gap_as_a_rest_only_where_nothing_sounds():
    split = melody_of("highest", "original")
    assert split["train"].pieces == ("duet", "solo")
    assert to_pitches(split["train"].chords[:3]) == ((50,), (62,), (64,))  # the bass leads in
    soprano = melody_of("soprano", "original")["train"]
    assert to_pitches(soprano.chords[:3]) == ((), (62,), (64,)) and soprano.ticks.tolist()[:3] == [6, 12, 12]


def test_augment_moves_the_training_pieces_alone():
    plain = melody_of("highest", "original")
    split = melody_of("highest", "augment")
    assert split["train"].pieces == events.transposed(plain["train"]).pieces and len(split["train"].pieces) == 24
    for name in ("validation", "test"):
        assert split[name].pieces == plain[name].pieces
        np.testing.assert_array_equal(split[name].chords, plain[name].chords)


def test_common_key_moves_every_split_by_the_key_of_all_voices():
    plain = melody_of("Soprano", "original")
    common = melody_of("Soprano", "common")
    for name, of_split in common.items():
        down = np.full(len(of_split.ticks), -2)  # D major to C major
        np.testing.assert_array_equal(of_split.chords, shifted(plain[name].chords, down), name)
        assert of_split.pieces == plain[name].pieces


def test_a_voice_that_nobody_has_is_refused_with_the_names_there_are():
    with pytest.raises(TextureError, match=r"melody.voice in params.yaml is 'Alto'.*there are: Bass, Soprano"):
        melody_of("Alto", "original")


def test_a_split_without_melody_is_refused():
    with pytest.raises(TextureError, match=r"test split has no melody \(0 of 4 pieces"):
        split_events("melody", NOTES, PIECES.replace("test", "train"), settings("melody", key="original"))


def test_chords_are_all_voices_but_drums():
    drums = part("duet", 2, [35, 38], 7).assign(is_drum=True)
    notes = pd.concat([NOTES, drums], ignore_index=True)
    tables = split_notes("chords", notes, PIECES, settings("chords", key="original"))
    assert [sorted(set(of_split["piece"])) for of_split in tables.values()] == [["duet", "solo"], ["other"], ["trio"]]
    assert not any(of_split["is_drum"].any() for of_split in tables.values())
    split = split_events("chords", notes, PIECES, settings("chords", key="original"))
    # Scale in eighths from tick 6 over a bass in dotted quarters.
    assert to_pitches(split["train"].chords[:5]) == ((50,), (50, 62), (50, 64), (50, 66), (45, 66))
    assert split["train"].ticks.tolist()[:5] == [6, 12, 12, 6, 6]


def test_chords_have_a_key_of_their_own():
    plain, moved, common = (
        split_events("chords", NOTES, PIECES, settings("chords", key=key)) for key in ("original", "augment", "common")
    )
    assert moved["train"].pieces == events.transposed(plain["train"]).pieces and len(moved["train"].pieces) == 24
    np.testing.assert_array_equal(moved["test"].chords, plain["test"].chords)
    np.testing.assert_array_equal(
        common["test"].chords, shifted(plain["test"].chords, np.full(len(plain["test"].ticks), -2))
    )
    assert sizes(common["test"].chords).max() == 2


def test_a_split_without_pitched_notes_is_refused():
    with pytest.raises(TextureError, match=r"validation split has no pitched note \(1 of 4 pieces"):
        split_events("chords", NOTES[NOTES["piece"] != "other"], PIECES, settings("chords", key="original"))
