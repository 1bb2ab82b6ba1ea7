"""Every case of who wins, in plain facts."""

from dataclasses import replace

import pytest

from counterpoint.params import Select
from counterpoint.registry.choice import Decision, Situation, Stop, decide
from counterpoint.registry.records import Challenger, Choice, Rule, Written

SELECT = Select(metric="nll", direction="minimise", promote="first", texture="melody")


def make(letter: str, nll: float | None, texture: str = "melody", lineage: str = "") -> Choice:
    return Choice(f"gen-{letter}", texture, letter * 64, lineage or f"lineage-{letter}", f"run-{letter}", nll)


A, B, C = make("a", 2.5), make("b", 2.25), make("c", 3.5)
A_ELSEWHERE = make("d", 2.625, lineage="lineage-a")  # as A, other bytes
CHORDS = make("e", 1.5, texture="chords")


def written(choice: Choice) -> Written:
    return Written(choice.digest, choice.lineage)


def never_asked() -> bool:
    raise AssertionError("whether it can be restored does not matter here")


def situation(**facts) -> Situation:
    plain = {
        "record": A,
        "challenger": None,
        "written": written(A),
        "alias": A,
        "available": (A, B, C),
        "current": (A,),
        "select": SELECT,
        "restorable": never_asked,
    }
    return Situation(**(plain | facts))


CASES = {
    # name: (facts, champion, challenger)
    "nothing moved": ({}, A, None),
    "a later build is challenger": ({"current": (B,)}, A, B),
    "git moved, git wins": ({"record": B}, B, A),
    "git moved, the alias is gone": ({"record": B, "alias": None}, B, A),
    "MLflow moved, MLflow wins": ({"alias": B}, B, A),
    "both moved to the same": ({"record": B, "alias": B}, B, A),
    "both moved to one lineage: the recorded bytes": (
        {"record": A, "alias": A_ELSEWHERE, "written": written(B), "available": (A, A_ELSEWHERE, B)}, A, None),
    "both moved to one lineage, recorded bytes nowhere": (
        {"record": A, "alias": A_ELSEWHERE, "written": written(B), "available": (A_ELSEWHERE, B), "current": (B,)},
        A_ELSEWHERE, B),
    "first build": (
        {"record": None, "written": None, "alias": None, "available": (A, B, C), "current": (A, B, C)}, B, A),
    "no record, but the store has a champion": ({"record": None, "written": None, "alias": C}, C, A),
    "empty store, all restored": ({"written": None, "alias": None, "available": (A,)}, A, None),
    "made from the same inputs elsewhere": (
        {"written": None, "alias": None, "available": (A_ELSEWHERE,), "current": (A_ELSEWHERE,)}, A_ELSEWHERE, None),
    "a twin is no challenger": ({"available": (A, A_ELSEWHERE), "current": (A_ELSEWHERE,)}, A, None),
    "moved in MLflow to the twin": ({"alias": A_ELSEWHERE, "available": (A, A_ELSEWHERE)}, A_ELSEWHERE, None),
    "alias champion deleted in the UI": ({"alias": None, "current": (B,)}, A, B),
    "newcomer: chosen afresh": (
        {"record": C, "written": None, "alias": None, "available": (A, B), "current": (A, B),
         "restorable": lambda: False}, B, A),
    "another texture is no challenger": ({"current": (A, CHORDS), "available": (A, CHORDS)}, A, None),
    "the first champion has select.texture": (
        {"record": None, "written": None, "alias": None, "available": (A, CHORDS), "current": (A, CHORDS)}, A, None),
    "a person may choose another texture": (
        {"alias": CHORDS, "available": (A, CHORDS), "current": (A, CHORDS)}, CHORDS, None),
    "an unmeasured model is never first": (
        {"record": None, "written": None, "alias": None, "current": (make("f", None), A)}, A, make("f", None)),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "champion", "challenger"), CASES.values(), ids=CASES.keys())
def test_who_is_champion(facts, champion, challenger):
    decision = decide(situation(**facts))
    assert isinstance(decision, Decision), decision
    assert decision.champion == champion
    assert decision.challenger == Challenger(challenger, Rule.of(facts.get("select", SELECT)))


STOPS = {
    "both moved apart": ({"record": B, "alias": C}, ["run-b", "run-c", "counterpoint promote"]),
    "a store that never chose, pointed elsewhere by hand": (
        {"record": A, "alias": B, "written": None}, ["run-a", "run-b", "counterpoint promote"]),
    "recorded champion lost, store in use": (
        {"record": C, "available": (A, B)}, ["run-c", "make registry-restore", "counterpoint promote"]),
    "recorded champion lost, but restorable": (
        {"record": C, "written": None, "alias": None, "available": (A,), "restorable": lambda: True},
        ["run-c", "make registry-restore", "counterpoint promote"]),
    "promote never, no champion yet": (
        {"record": None, "written": None, "alias": None, "select": SELECT.model_copy(update={"promote": "never"})},
        ["select.promote", "run-a", "counterpoint promote"]),
    "no model of the wanted texture": (
        {"record": None, "written": None, "alias": None, "current": (CHORDS,)}, ["select.texture", "melody", "chords"]),
    "no model at all": (
        {"record": None, "written": None, "alias": None, "current": ()}, ["select.texture", "no model"]),
    "newcomer without a model of the texture": (
        {"record": C, "written": None, "alias": None, "available": (CHORDS,), "current": (CHORDS,),
         "restorable": lambda: False}, ["select.texture"]),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "words"), STOPS.values(), ids=STOPS.keys())
def test_when_a_person_must_decide(facts, words):
    stop = decide(situation(**facts))
    assert isinstance(stop, Stop), stop
    for word in words:
        assert word in stop.message


BETTER = SELECT.model_copy(update={"promote": "better"})


@pytest.mark.parametrize(
    ("promote", "direction", "current", "champion", "challenger"),
    [
        ("better", "minimise", (B,), B, None),
        ("better", "minimise", (C,), A, C),
        ("better", "minimise", (A, B, C), B, A),
        ("better", "maximise", (B,), A, B),
        ("better", "maximise", (C,), C, None),
        ("first", "minimise", (B,), A, B),
        ("never", "minimise", (B,), A, B),
        ("better", "minimise", (make("f", None),), A, make("f", None)),
        ("better", "minimise", (make("g", 2.5),), A, make("g", 2.5)),  # as good is not better
        ("better", "minimise", (CHORDS,), A, None),  # not comparable
    ],
)
def test_promotion(promote, direction, current, champion, challenger):
    select = SELECT.model_copy(update={"promote": promote, "direction": direction})
    decision = decide(situation(select=select, current=current, available=(A, *current)))
    assert isinstance(decision, Decision)
    assert (decision.champion, decision.challenger.choice) == (champion, challenger)


def test_a_person_is_not_overruled_by_the_rule_now_or_later():
    moved = decide(situation(record=B, written=written(B), alias=A, current=(B,), select=BETTER))
    assert isinstance(moved, Decision)
    assert (moved.champion, moved.challenger.choice) == (A, B)
    later = decide(situation(challenger=moved.challenger, current=(B,), select=BETTER))
    assert isinstance(later, Decision)
    assert later.champion == A


def test_changing_the_rule_weighs_the_challenger_anew():
    built = decide(situation(current=(B,)))
    assert isinstance(built, Decision)
    assert built.champion == A
    changed = decide(situation(challenger=built.challenger, current=(B,), select=BETTER))
    assert isinstance(changed, Decision)
    assert changed.champion == B


def test_deciding_twice_is_deciding_once():
    first = decide(situation(record=None, written=None, alias=None, current=(A, B, C)))
    assert isinstance(first, Decision)
    again = decide(
        situation(
            record=first.champion,
            challenger=first.challenger,
            written=written(first.champion),
            alias=first.champion,
            current=(A, B, C),
        )
    )
    assert again == replace(first, notes=())
