"""Real chorales and invented metres, from tables to rolls."""

import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings import arrange
from counterpoint.encodings.grid import on_grid
from counterpoint.encodings.layout import REST, Track
from counterpoint.encodings.pianoroll import decode, encode
from counterpoint.encodings.rolls import require_phrases
from counterpoint.notes.keys import find_keys, transpose
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table, read_notes, read_pieces
from counterpoint.notes.voices import four_voices
from counterpoint.params import PianoRoll
from tests.stages.small import BACH

VOICES = PianoRoll(view="voices", metre=(4, 4), steps=16, least_tracks=4)
BAND = PianoRoll(view="band", metre=(4, 4), steps=16, least_tracks=2)


@pytest.fixture(scope="module")
def bach() -> tuple[pd.DataFrame, pd.DataFrame]:
    return read_notes(BACH / "notes.parquet"), read_pieces(BACH / "pieces.parquet")


def piece_table(**signatures: list[tuple[int, int, int]]) -> pd.DataFrame:
    named = ("tick", "numerator", "denominator")
    return pd.DataFrame(
        {
            "piece": list(signatures),
            "time_signatures": [[dict(zip(named, one, strict=True)) for one in of] for of in signatures.values()],
            "split": "train",
        }
    )


def quartet(piece: str, tracks: int = 4) -> pd.DataFrame:
    onsets = np.arange(8) * 24
    parts = [
        note_table(piece=piece, track=t, program=40 + t, onset=onsets, duration=24, pitch=50 + 9 * t + onsets // 24)
        for t in range(tracks)
    ]
    return pd.concat(parts, ignore_index=True)


def test_other_metres_and_other_numbers_of_voices_are_left_out_by_name():
    names = ("four", "three", "changes", "trio")
    notes = pd.concat([quartet(name, 3 if name == "trio" else 4) for name in names], ignore_index=True)
    pieces = piece_table(four=[(0, 4, 4)], three=[(0, 3, 4)], changes=[(0, 4, 4), (96, 3, 4)], trio=[], silent=[])
    music, left_out = arrange.arrange(notes, pieces, VOICES)
    assert set(music["piece"]) == {"four"} and music.groupby("track")["program"].first().tolist() == [43, 42, 41, 40]
    assert list(left_out) == ["changes", "silent", "three", "trio"]
    assert "3/4" in left_out["three"] and "3/4" in left_out["changes"]
    assert left_out["trio"] == "3 tracks have pitched notes, not 4"
    assert left_out["silent"] == "0 tracks have pitched notes, not 4"


def test_notes_that_no_track_plays_are_counted_by_what_plays_them():
    drums = note_table(piece="a", track=8, is_drum=True, onset=[0, 12, 24], duration=6, pitch=36)
    rain = note_table(
        piece=["a", "a", "other"], track=9, program=[96, 126, 97], onset=[0, 24, 36], duration=12, pitch=60
    )
    notes = pd.concat([quartet("a"), drums, rain], ignore_index=True)
    pieces = piece_table(a=[], other=[], silent=[])
    for settings, music, expected in (
        (VOICES, notes[notes["track"] < 9], {"drums": 3}),
        (BAND, notes, {"synth effects": 1, "percussive": 0, "sound effects": 1}),
    ):
        tables = arrange.split_notes(music, pieces, settings)
        layout = arrange.fit_layout(tables["train"][0], settings)
        split = arrange.rolled_splits(tables, layout, settings)["train"]
        assert split.bars.pieces == ("a",)
        assert arrange.covered(split, tables["train"][0], layout, music)["left_out_notes"] == expected
    assert split.left_out == {"other": "all its notes are effects", "silent": "it has no note"}


def test_another_metre_has_bars_of_its_own_length():
    settings = PianoRoll(view="voices", metre=(3, 4), steps=24, least_tracks=4)
    pieces = piece_table(four=[(0, 4, 4)], three=[(0, 3, 4)])
    tables = arrange.split_notes(pd.concat([quartet("four"), quartet("three")]), pieces, settings)
    layout = arrange.fit_layout(tables["train"][0], settings)
    assert (layout.bar_ticks, layout.steps, layout.step_ticks) == (72, 24, 3)
    train = arrange.rolled_splits(tables, layout, settings)["train"]
    assert train.bars.pieces == ("three",) and len(train.bars.rolls) == 3  # eight quarters
    assert require_phrases(train, layout, 2).tolist() == [0, 1]


def test_the_layout_of_voices_has_the_programs_of_training():
    layout = arrange.fit_layout(four_voices(quartet("a")), VOICES)
    assert layout.tracks == (
        Track("soprano", 43, False),
        Track("alto", 42, False),
        Track("tenor", 41, False),
        Track("bass", 40, False),
    )
    nothing = arrange.fit_layout(quartet("a").head(0), VOICES)
    assert [track.program for track in nothing.tracks] == [0, 0, 0, 0]


def test_the_layout_of_a_band_is_the_bands():
    layout = arrange.fit_layout(quartet("a"), BAND)
    assert [track.name for track in layout.tracks] == ["drums", "piano", "guitar", "bass", "strings"]
    assert [track.is_drum for track in layout.tracks] == [True, False, False, False, False] and not layout.monophonic


def test_chorales_are_heard_again_as_they_were(bach):
    notes, pieces = bach
    tables = arrange.split_notes(notes, pieces, VOICES)
    layout = arrange.fit_layout(tables["train"][0], VOICES)
    splits = arrange.rolled_splits(tables, layout, VOICES)
    assert sum(len(split.bars.pieces) + len(split.left_out) for split in splits.values()) == len(pieces)
    metres = {
        piece: {(of["numerator"], of["denominator"]) for of in signatures}
        for piece, signatures in zip(pieces["piece"], pieces["time_signatures"], strict=True)
    }
    others = {piece for piece, found in metres.items() if found != {(4, 4)}}
    assert len(others) == 39  # what is in 4/4 and says so twice is not among them
    for name, split in splits.items():
        music = tables[name][0]
        covered = arrange.covered(split, music, layout, notes)
        assert covered["exact"] > 0.999 and covered["merged"] < 0.0002 and covered["out_of_range"] == 0
        assert covered["onsets_on_grid"] > 0.9995
        assert len(split.bars.pieces) > 5 and covered["phrases"]["2"] > 50
        assert set(split.left_out) == others & set(pieces["piece"][pieces["split"] == name])
        kept = on_grid(music, layout)  # a few voices divide, or have a note shorter than a step
        changed = set(music["piece"][~music.index.isin(kept.index)]) | set(
            kept["piece"][(kept != music.loc[kept.index]).any(axis=1)]
        )
        exact = music[~music["piece"].isin(changed)].reset_index(drop=True)
        assert exact["piece"].nunique() >= 0.9 * len(split.bars.pieces)
        for piece in exact["piece"].unique()[:20]:
            at = split.bars.pieces.index(piece)
            rolls = split.bars.rolls[split.bars.offsets[at] : split.bars.offsets[at + 1]]
            back = decode(rolls.transpose(1, 0, 2, 3)[None], [piece], layout)
            columns = ["track", "onset", "duration", "pitch"]
            original = exact.loc[exact["piece"] == piece, columns].reset_index(drop=True)
            pd.testing.assert_frame_equal(back[columns], original)


def test_shift_brings_every_piece_to_the_common_key(bach):
    notes, pieces = bach
    tables = arrange.split_notes(notes, pieces, VOICES)
    layout = arrange.fit_layout(tables["train"][0], VOICES)
    split = arrange.rolled_splits(tables, layout, VOICES)["validation"]
    assert split.shift.dtype == np.int8 and -5 <= split.shift.min() < split.shift.max() <= 6
    moved = transpose(tables["validation"][0], pd.Series(split.shift.astype(int), list(split.bars.pieces)))
    keys = find_keys(moved)
    assert keys["piece"].tolist() == list(split.bars.pieces)
    assert (keys["tonic"] == np.where(keys["minor"], 9, 0)).all() and keys["minor"].nunique() == 2


def test_frequencies_count_every_step(bach):
    notes, pieces = bach
    tables = arrange.split_notes(notes, pieces, VOICES)
    layout = arrange.fit_layout(tables["train"][0], VOICES)
    split = arrange.rolled_splits(tables, layout, VOICES)["train"]
    table = arrange.frequencies(split, layout)
    assert len(table) == 4 * 84
    sums = table[table["meaning"] != "again"].groupby("track", sort=False)["share"].sum()
    np.testing.assert_allclose(sums, 1.0)  # a voice has one pitch or a rest
    soprano = table[table["track"] == "soprano"]
    a4 = split.bars.rolls[:, 0, :, 69 - 24].sum()
    assert a4 > 0 and soprano.loc[soprano["meaning"] == "69", "steps"].item() == a4


def test_nothing_at_all_is_left_to_training_to_refuse():
    tables = arrange.split_notes(quartet("a", 3), piece_table(a=[]), VOICES)
    layout = arrange.fit_layout(tables["train"][0], VOICES)
    splits = arrange.rolled_splits(tables, layout, VOICES)
    assert all(len(split.bars.rolls) == 0 for split in splits.values())
    covered = arrange.covered(splits["train"], tables["train"][0], layout, quartet("a", 3))
    assert covered["phrases"] == {"2": 0, "4": 0, "8": 0}
    assert arrange.frequencies(splits["train"], layout)["share"].sum() == 0
    with pytest.raises(ValueError, match="a: 3 tracks have pitched notes, not 4"):
        require_phrases(splits["train"], layout, 2)


def test_params_say_which_steps_a_bar_can_have():
    content = params.read_yaml(params.paths.PARAMS)
    for changes, says in (
        ({"steps": 10}, "steps is 10: a bar of 4/4 has 96 ticks, which steps must divide: 1, 2, 3, 4, 6, 8, 12, 16"),
        ({"least_tracks": 5}, "least_tracks is 5, but view voices has 4 tracks"),
        ({"metre": [4, 5]}, "pianoroll.metre.1"),
    ):
        with pytest.raises(params.ParamsError, match=says):
            params.parse(params.overlay(content, {"pianoroll": changes}))
    assert (
        params.parse(params.overlay(content, {"pianoroll": {"metre": [6, 8], "steps": 24}})).pianoroll.bar_ticks == 72
    )


def test_real_bands_sound_as_on_the_grid():
    files = sorted((BACH.parent / "freedoom").glob("*.mid"))
    read = [read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000) for file in files]
    notes = pd.concat([table for table, _ in read], ignore_index=True)
    pieces = piece_table(**{file.stem: [] for file in files})
    tables = arrange.split_notes(notes, pieces, BAND)
    music, layout = tables["train"][0], arrange.fit_layout(tables["train"][0], BAND)
    split = arrange.rolled_splits(tables, layout, BAND)["train"]
    covered = arrange.covered(split, music, layout, notes)
    assert sum(covered[share] for share in ("exact", "moved", "merged", "out_of_range")) == pytest.approx(1.0)
    assert covered["phrases"]["2"] > 50
    kept = on_grid(music, layout)
    back = pd.concat(
        decode(split.bars.rolls[a:b].transpose(1, 0, 2, 3)[None], [piece], layout)
        for piece, a, b in zip(split.bars.pieces, split.bars.offsets[:-1], split.bars.offsets[1:], strict=True)
    )
    names = ["piece", "track", "onset", "pitch"]
    struck, heard = (set(map(tuple, table[names].to_numpy())) for table in (kept, back))
    assert len(struck & heard) > 0.85 * len(struck | heard)  # all, but where a pitch is repeated under a held one
    assert (encode(back, layout).rolls[..., :REST] == split.bars.rolls[..., :REST]).all()
    drums = back[back["is_drum"]]
    assert len(drums) == int(kept["is_drum"].sum()) and (drums["duration"] == layout.step_ticks).all()
