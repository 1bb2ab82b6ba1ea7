import json
from dataclasses import replace

import pytest

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.records import (
    Challenger,
    Choice,
    Rule,
    Written,
    challenger_text,
    champion_text,
    read_challenger,
    read_champion,
    write,
)

CHOICE = Choice("attention_lstm", "melody", "a" * 64, "b" * 64, "attention-lstm-aaaaaaaa", 2.4375)
RULE = Rule("test_joint_nll", "minimise", "first")


@pytest.mark.parametrize("metric", [2.4375, None])
def test_champion_round_trip(tmp_path, metric):
    choice = replace(CHOICE, metric=metric)
    write(tmp_path / "reports/champion.json", champion_text(choice, "test_joint_nll"))
    assert read_champion(tmp_path / "reports/champion.json") == choice


@pytest.mark.parametrize("choice", [CHOICE, None])
def test_challenger_round_trip(tmp_path, choice):
    write(tmp_path / "challenger.json", challenger_text(Challenger(choice, RULE)))
    assert read_challenger(tmp_path / "challenger.json") == Challenger(choice, RULE)


def test_a_record_says_what_the_figure_is_and_nothing_of_a_store():
    content = json.loads(champion_text(CHOICE, "test_joint_nll"))
    assert content == {
        "generator": "attention_lstm",
        "texture": "melody",
        "digest": "a" * 64,
        "lineage": "b" * 64,
        "run_name": "attention-lstm-aaaaaaaa",
        "metric": {"name": "test_joint_nll", "value": 2.4375},
    }


def test_no_record_is_none(tmp_path):
    assert read_champion(tmp_path / "none.json") is None
    assert read_challenger(tmp_path / "none.json") is None


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n{}", "{}", "[]", '{"digest": 1}'])
def test_an_unreadable_record_names_itself(tmp_path, text):
    path = tmp_path / "champion.json"
    path.write_text(text)
    with pytest.raises(RegistryError, match=r"champion\.json.*git checkout"):
        read_champion(path)
    with pytest.raises(RegistryError, match=r"champion\.json.*git checkout"):
        read_challenger(path)


def test_an_equal_record_is_left_alone_and_nothing_lies_beside(tmp_path):
    path = tmp_path / "champion.json"
    write(path, "one")
    before = path.stat().st_ino
    write(path, "one")
    assert path.stat().st_ino == before
    write(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["champion.json"]


def test_the_same_choice():
    assert CHOICE.same_as(Written("a" * 64, "other"))
    assert CHOICE.same_as(Written("other", "b" * 64))
    assert not CHOICE.same_as(Written("b" * 64, "a" * 64))
