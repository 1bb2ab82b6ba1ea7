import json
from dataclasses import replace

import pytest

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.records import (
    Challenger,
    Choice,
    Evidence,
    Rule,
    Written,
    challenger_text,
    champion_text,
    read_challenger,
    read_champion,
    read_evidence,
    write,
)

CHOICE = Choice("attention_lstm", "melody", "a" * 64, "b" * 64, "attention-lstm-aaaaaaaa", 2.4375)
EVIDENCE = Evidence({"test_joint_nll": 2.4375, "distance_to_real": 0.375}, {"copying": "31 % of its windows"})
RULE = Rule("test_joint_nll", "minimise", "first")


@pytest.mark.parametrize("metric", [2.4375, None])
def test_champion_round_trip(tmp_path, metric):
    choice = replace(CHOICE, metric=metric)
    write(tmp_path / "reports/champion.json", champion_text(choice, "test_joint_nll", EVIDENCE))
    assert read_champion(tmp_path / "reports/champion.json") == choice


@pytest.mark.parametrize("choice", [CHOICE, None])
def test_challenger_round_trip(tmp_path, choice):
    write(tmp_path / "challenger.json", challenger_text(Challenger(choice, RULE)))
    assert read_challenger(tmp_path / "challenger.json") == Challenger(choice, RULE)


def test_a_record_says_what_the_figure_is_and_nothing_of_a_store():
    content = json.loads(champion_text(CHOICE, "test_joint_nll", EVIDENCE))
    assert content == {
        "generator": "attention_lstm",
        "texture": "melody",
        "digest": "a" * 64,
        "lineage": "b" * 64,
        "run_name": "attention-lstm-aaaaaaaa",
        "metric": {"name": "test_joint_nll", "value": 2.4375},
        "metrics": {"distance_to_real": 0.375, "test_joint_nll": 2.4375},
        "failed": {"copying": "31 % of its windows"},
    }


def test_what_was_measured_comes_back(tmp_path):
    path = tmp_path / "champion.json"
    assert read_evidence(path) == Evidence({}, {})
    write(path, champion_text(CHOICE, "test_joint_nll", EVIDENCE))
    assert read_evidence(path) == EVIDENCE
    figures = list(json.loads(path.read_text())["metrics"])
    assert figures == sorted(figures)


def test_an_old_record_says_nothing_of_what_was_measured(tmp_path):
    content = json.loads(champion_text(CHOICE, "test_joint_nll", EVIDENCE))
    del content["metrics"], content["failed"]
    path = tmp_path / "champion.json"
    path.write_text(json.dumps(content))
    assert read_champion(path) == CHOICE
    assert read_evidence(path) == Evidence({}, {})


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


@pytest.mark.parametrize("text", ["{", "[]", '{"metrics": {"nll": null}}', '{"failed": "copying"}'])
def test_unreadable_measurements_name_their_record(tmp_path, text):
    path = tmp_path / "champion.json"
    path.write_text(text)
    with pytest.raises(RegistryError, match=r"champion\.json.*git checkout"):
        read_evidence(path)


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
