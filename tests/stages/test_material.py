import pandas as pd
import pytest

from counterpoint import params
from counterpoint.evaluation.textures import render
from counterpoint.notes.keys import find_keys
from counterpoint.notes.table import SORT_KEYS
from counterpoint.stages.material import split_music
from tests.stages.small import PIECES, chorales, write_project

COLUMNS = ["onset", "duration", "pitch"]


@pytest.fixture
def music(tmp_path, monkeypatch):
    """texture, changes of params.yaml → the splits of the small project."""
    monkeypatch.chdir(tmp_path)

    def found(texture: str, changes: dict | None = None, tables=None) -> dict[str, pd.DataFrame]:
        write_project(*(tables or chorales()), changes or {})
        return split_music(texture, params.load())

    return found


@pytest.mark.parametrize("texture", ["melody", "chords", "voices", "band"])
def test_every_piece_is_in_its_own_split(music, texture) -> None:
    _, pieces = chorales()
    found = music(texture)
    assert {split: notes["piece"].nunique() for split, notes in found.items()} == PIECES
    for split, notes in found.items():
        assert set(notes["piece"]) == set(pieces.loc[pieces["split"] == split, "piece"])


@pytest.mark.parametrize("texture", ["chords", "voices"])
def test_all_voices_are_there_whole(music, texture) -> None:
    notes, _ = chorales()
    together = pd.concat(music(texture).values()).sort_values(SORT_KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(together, notes.sort_values(SORT_KEYS, ignore_index=True))


def test_a_melody_is_one_line(music) -> None:
    notes, _ = chorales()
    highest = pd.concat(music("melody").values()).sort_values(["piece", "onset"], ignore_index=True)
    pd.testing.assert_frame_equal(highest, render(notes, "melody").sort_values(["piece", "onset"], ignore_index=True))


def test_a_melody_is_the_voice_that_params_yaml_names(music) -> None:
    notes, _ = chorales()
    tenor = notes[notes["track"] == 2].sort_values(["piece", "onset"], ignore_index=True)
    found = pd.concat(music("melody", {"melody": {"voice": "Tenor"}}).values()).sort_values(
        ["piece", "onset"], ignore_index=True
    )
    pd.testing.assert_frame_equal(found[["piece", *COLUMNS]], tenor[["piece", *COLUMNS]])


def test_models_of_a_common_key_are_judged_by_music_in_it(music) -> None:
    """And only the texture whose key it is; four voices, which no model of events writes, stay where they were."""
    changes = {"chords": {"key": "common"}}
    keys = find_keys(pd.concat(music("chords", changes).values(), ignore_index=True))
    assert set(zip(keys["tonic"], keys["minor"], strict=True)) <= {(0, False), (9, True)}
    notes, _ = chorales()
    for texture in ("melody", "voices"):
        pitches = pd.concat(music(texture, changes).values())["pitch"]
        assert sorted(pitches) == sorted(render(notes, "melody")["pitch"] if texture == "melody" else notes["pitch"])


def test_drums_are_no_chords_but_part_of_a_band(music) -> None:
    """A band's tracks are families of instruments: here drums, guitar and bass, whatever track they stood on."""
    notes, pieces = chorales()
    rest, drums = notes[notes["track"] < 3], notes[notes["track"] == 3].assign(is_drum=True)
    rest = rest.assign(program=rest["track"].map({0: 25, 1: 33, 2: 33}))
    both = pd.concat([rest, drums]).sort_values(SORT_KEYS, ignore_index=True)
    chords = pd.concat(music("chords", tables=(both, pieces)).values())
    assert not chords["is_drum"].any() and len(chords) == len(both) - len(drums)
    band = pd.concat(music("band", tables=(both, pieces)).values())
    counts = band["track"].value_counts()
    assert counts[0] == len(drums) and counts[2] == (rest["track"] == 0).sum()
    assert set(band["track"]) == {0, 2, 3}
    pd.testing.assert_series_equal(band["is_drum"], band["track"] == 0, check_names=False)
