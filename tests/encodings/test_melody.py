import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings import events, melody
from counterpoint.encodings.events import REST
from counterpoint.encodings.melody import MelodyError
from counterpoint.notes import table
from counterpoint.params import Melody

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


def test_the_named_voice_as_it_is():
    split = melody.melody_events(NOTES, PIECES, Melody(voice="Bass", key="original"))
    assert list(split) == ["train", "validation", "test"]
    assert [of_split.pieces for of_split in split.values()] == [("duet",), ("other",), ("trio",)]
    assert split["train"].pitches.tolist() == [50, 45, 50] and split["train"].ticks.tolist() == [36] * 3


def test_the_highest_line_reads_the_gap_as_a_rest_only_where_nothing_sounds():
    split = melody.melody_events(NOTES, PIECES, Melody(voice="highest", key="original"))
    assert split["train"].pieces == ("duet", "solo")
    assert split["train"].pitches.tolist()[:3] == [50, 62, 64]  # the bass leads in
    soprano = melody.melody_events(NOTES, PIECES, Melody(voice="soprano", key="original"))["train"]
    assert soprano.pitches.tolist()[:3] == [REST, 62, 64] and soprano.ticks.tolist()[:3] == [6, 12, 12]


def test_augment_moves_the_training_pieces_alone():
    plain = melody.melody_events(NOTES, PIECES, Melody(voice="highest", key="original"))
    split = melody.melody_events(NOTES, PIECES, Melody(voice="highest", key="augment"))
    assert split["train"].pieces == events.transposed(plain["train"]).pieces and len(split["train"].pieces) == 24
    for name in ("validation", "test"):
        assert split[name].pieces == plain[name].pieces
        np.testing.assert_array_equal(split[name].pitches, plain[name].pitches)


def test_common_key_moves_every_split_by_the_key_of_all_voices():
    plain = melody.melody_events(NOTES, PIECES, Melody(voice="Soprano", key="original"))
    common = melody.melody_events(NOTES, PIECES, Melody(voice="Soprano", key="common"))
    for name, of_split in common.items():
        sounding = of_split.pitches != REST
        assert (of_split.pitches[sounding] == plain[name].pitches[sounding] - 2).all(), name  # D major to C major
        assert of_split.pieces == plain[name].pieces


def test_a_voice_that_nobody_has_is_refused_with_the_names_there_are():
    with pytest.raises(MelodyError, match=r"melody.voice in params.yaml is 'Alto'.*there are: Bass, Soprano"):
        melody.melody_events(NOTES, PIECES, Melody(voice="Alto", key="original"))


def test_a_split_without_melody_is_refused():
    with pytest.raises(MelodyError, match=r"test split has no melody \(0 of 4 pieces"):
        melody.melody_events(NOTES, PIECES.replace("test", "train"), Melody(voice="highest", key="original"))
