from pathlib import Path

import pandas as pd
import pytest

from counterpoint import params
from counterpoint.evaluation.textures import Texture, render
from counterpoint.models.ngram import references
from counterpoint.models.ngram.references import SHARES, Row, can_be, rows
from counterpoint.params import Params
from tests.evaluation import bach

SETTINGS = params.load(Path(__file__).parents[3] / "params.yaml")
SPOILT = ["corrupted_5", "corrupted_10", "corrupted_20", "corrupted_40"]


def few(texture: Texture, pieces: int = 15) -> dict[str, pd.DataFrame]:
    """The first pieces of every split, as many as in the others."""
    found = {}
    for split in ("train", "validation", "test"):
        notes = bach.split(split, texture)
        found[split] = notes[notes["piece"].isin(sorted(notes["piece"].unique())[:pieces])]
    return found


def with_settings(**changes) -> Params:
    """The committed params.yaml, quicker: n-grams of order 1 and 2, in the keys as they are."""
    content = SETTINGS.model_dump()
    quick = {"evaluate": {"ngram_orders": 2}, "melody": {"key": "original"}, "chords": {"key": "original"}}
    return params.parse(params.overlay(params.overlay(content, quick), changes))


def by_name(found: list[Row]) -> dict[str, pd.DataFrame]:
    return {row.name: row.notes for row in found}


def changed(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """The share of `before`'s notes that `after` lacks."""
    columns = ["piece", "track", "onset", "duration", "pitch"]
    kept = before[columns].merge(after[columns].drop_duplicates(), how="inner")
    return 1 - len(kept) / len(before)


@pytest.fixture(scope="module")
def melody() -> list[Row]:
    return rows("melody", few("melody"), with_settings())


@pytest.fixture(scope="module")
def four() -> list[Row]:
    return rows("voices", few("voices"), with_settings())


def test_the_rows_stand_from_best_to_worst(melody, four) -> None:
    assert [row.name for row in melody] == ["held_out", "ngram", *SPOILT, "noise"]
    assert [row.name for row in four] == ["training", "held_out", "shuffled", "ngram", *SPOILT, "noise"]
    assert "n-gram of order" in melody[1].title
    assert [row.title for row in melody if row.name == "corrupted_20"] == ["held-out music, 20 % of the notes spoilt"]
    assert len({row.title for row in four}) == len(four)


def test_held_out_is_the_validation_split_and_never_the_test_split(melody, four) -> None:
    validation = few("melody")["validation"]
    assert by_name(melody)["held_out"].reset_index(drop=True).equals(validation.reset_index(drop=True))
    test_pieces = set(few("voices")["test"]["piece"])
    assert not any(set(row.notes["piece"]) & test_pieces for row in four)


def test_so_large_a_share_of_the_held_out_notes_is_spoilt(four) -> None:
    found = by_name(four)
    shares = [changed(found["held_out"], found[name]) for name in SPOILT]
    assert shares == sorted(shares)
    assert shares == pytest.approx(SHARES, rel=0.2)  # a spoilt note may be drawn as it was
    assert changed(found["held_out"], found["noise"]) > 0.9


def test_every_row_is_of_its_texture(melody, four) -> None:
    for row in melody:
        assert set(row.notes["track"]) == {0}, row.name
    for row in four:
        assert set(row.notes["track"]) == {0, 1, 2, 3}, row.name
    shuffled = by_name(four)["shuffled"]
    assert shuffled["piece"].nunique() == by_name(four)["held_out"]["piece"].nunique()


def test_the_n_gram_knows_only_training_and_writes_as_many_pieces_as_a_model(melody) -> None:
    written = by_name(melody)["ngram"]
    assert set(written["pitch"]) <= set(few("melody")["train"]["pitch"])
    assert 60 <= written["piece"].nunique() <= 64


def test_augmented_keys_are_learnt_where_params_yaml_says_so() -> None:
    music = few("melody", 8)
    wider = by_name(rows("melody", music, with_settings(melody={"key": "augment"})))["ngram"]
    assert not set(wider["pitch"]) <= set(music["train"]["pitch"])


def test_the_seed_decides() -> None:
    music = few("chords", 4)
    one, same, other = (by_name(rows("chords", music, with_settings(seed=seed))) for seed in (1, 1, 2))
    for name in ("ngram", "corrupted_10", "noise"):
        pd.testing.assert_frame_equal(one[name], same[name])
        assert not one[name].equals(other[name])


def test_music_without_four_voices_has_no_rows_of_four_voices() -> None:
    duets = {split: notes[notes["track"] < 2] for split, notes in few("voices", 3).items()}
    assert not can_be("voices", duets)
    assert can_be("melody", duets) and can_be("chords", duets)
    assert can_be("voices", few("voices", 3))


def test_one_split_without_four_voices_is_enough() -> None:
    music = few("voices", 3)
    music["validation"] = music["validation"][music["validation"]["track"] > 0]
    assert render(music["train"], "voices")["piece"].nunique() == 3
    assert not can_be("voices", music)


def test_a_band_has_no_n_gram() -> None:
    found = rows("band", few("voices", 3), with_settings())
    assert [row.name for row in found] == ["training", "held_out", "shuffled", *SPOILT, "noise"]
    assert {row.name: row.title for row in found}["shuffled"] == "its tracks shuffled between pieces"


def test_music_without_drums_is_no_band() -> None:
    music = few("voices", 3)
    assert not can_be("band", music)
    drums = {split: notes.assign(is_drum=notes["track"] == 3) for split, notes in music.items()}
    assert can_be("band", drums)
    assert not can_be("band", drums | {"test": music["test"]})


def test_training_music_is_a_sample_of_it_that_the_seed_draws(monkeypatch) -> None:
    monkeypatch.setattr(references, "COUNT", 4)
    music = few("voices", 9)
    drawn = {seed: by_name(rows("voices", music, with_settings(seed=seed)))["training"] for seed in (1, 2)}
    for notes in drawn.values():
        assert notes["piece"].nunique() == 4
        whole = music["train"][music["train"]["piece"].isin(notes["piece"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(notes, whole)
    assert set(drawn[1]["piece"]) != set(drawn[2]["piece"])
