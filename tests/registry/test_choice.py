"""Every case of who wins, in plain facts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("before", [None, written(C)])
def test_a_persons_first_choice_is_not_overruled_by_the_rule(before):
    """`promote` where nothing was on record, for instance because every model had failed."""
    chosen = decide(situation(record=None, written=before, alias=A, current=(A, B), select=BETTER))
    assert isinstance(chosen, Decision)
    assert (chosen.champion, chosen.challenger.choice) == (A, B)


def test_what_this_store_wrote_itself_is_no_persons_choice():
    found = decide(situation(record=None, current=(A, B), select=BETTER))
    assert isinstance(found, Decision)
    assert found.champion == B


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


NO_STORE = {"record": None, "written": None, "alias": None}
COPIES = {"copying": "31 % of its 8-note windows stand in the training set"}
NOISE = {"non_finite": "7 of 9 weights"}


def failing(**of: dict[str, str]) -> dict[str, dict[str, str]]:
    """By the letter of a choice."""
    return {letter * 64: reasons for letter, reasons in of.items()}


FAILED = {
    # name: (facts, champion, challenger, a word of each note)
    "the best failed: the second is first": (
        {**NO_STORE, "current": (A, B, C), "failed": failing(b=COPIES)}, A, C, [("run-b", "copying: 31 %")]),
    "all but one failed: no challenger": (
        {**NO_STORE, "current": (A, B, C), "failed": failing(a=NOISE, b=COPIES)}, C, None, [("run-a",), ("run-b",)]),
    "a later build that failed is no challenger": (
        {"current": (B,), "failed": failing(b=COPIES)}, A, None, [("run-b", "neither champion nor challenger")]),
    "nor promoted, however good": (
        {"current": (B,), "failed": failing(b=COPIES), "select": BETTER}, A, None, [("run-b",)]),
    "the next best sound one is promoted": (
        {"record": C, "written": written(C), "alias": C, "current": (A, B, C), "failed": failing(b=COPIES),
         "select": BETTER}, A, C, [("run-b",), ("run-a becomes champion",)]),
    "a person points at a failed one": (
        {"alias": B, "current": (B,), "failed": failing(b=COPIES)}, B, None,
        [("moved in MLflow",), ("warning", "run-b")]),
    "git's record names a failed one": (
        {"record": B, "current": (A,), "failed": failing(b=COPIES)}, B, A, [("record in git",), ("warning", "run-b")]),
    "no record, a person chose a failed one in the store": (
        {"record": None, "written": None, "alias": B, "current": (A, B), "failed": failing(b=COPIES)}, B, A,
        [("warning", "run-b")]),
    "a champion that fails later stays": (
        {"current": (A,), "failed": failing(a=COPIES | NOISE)}, A, None,
        [("warning", "run-a", "copying: 31 %", "non_finite: 7 of 9")]),
    "and gives way to a better one": (
        {"current": (A, B), "failed": failing(a=COPIES), "select": BETTER}, B, None, [("run-b",), ("run-a",)]),
    "cleared, it is weighed as any other": (
        {"current": (B,), "failed": failing(b={}), "select": BETTER, "challenger": Challenger(None, Rule.of(BETTER))},
        B, None, [("run-b becomes champion",)]),
    "a failed one in the store alone is not spoken of": ({"failed": failing(c=COPIES)}, A, None, []),
    "a failed one of another texture is named too": (
        {"current": (A, CHORDS), "failed": failing(e=NOISE)}, A, None, [("run-e", "non_finite")]),
    "a newcomer chooses a sound one afresh": (
        {"record": C, "written": None, "alias": None, "available": (A, B), "current": (A, B),
         "restorable": lambda: False, "failed": failing(b=COPIES)}, A, None, [("chosen afresh",), ("run-b",)]),
    "a sound twin rather than a newer failed one": (
        {"record": make("f", 2.5, lineage="lineage-a"), "written": None, "alias": None, "available": (A, A_ELSEWHERE),
         "failed": failing(d=NOISE)}, A, None, [("run-a stands for run-f",)]),
    "a twin may fail what the record had failed": (
        {"written": None, "alias": None, "available": (A_ELSEWHERE,), "current": (A_ELSEWHERE,),
         "failed": failing(d=COPIES), "accepted": frozenset({"copying", "collapsed"})}, A_ELSEWHERE, None,
        [("run-d stands for run-a",), ("warning", "run-d")]),
    "a failed twin that is champion here stays": (
        {"written": written(A_ELSEWHERE), "alias": A_ELSEWHERE, "available": (A_ELSEWHERE,), "current": (A_ELSEWHERE,),
         "failed": failing(d=COPIES)}, A_ELSEWHERE, None, [("run-d stands for run-a",), ("warning",)]),
    "both moved to the same failed one": (
        {"record": B, "alias": B, "current": (), "failed": failing(b=COPIES)}, B, None, [("warning", "run-b")]),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "champion", "challenger", "notes"), FAILED.values(), ids=FAILED.keys())
def test_a_failed_guard(facts, champion, challenger, notes):
    decision = decide(situation(**facts))
    assert isinstance(decision, Decision), decision
    assert (decision.champion, decision.challenger.choice) == (champion, challenger)
    assert len(decision.notes) == len(notes), decision.notes
    for words in notes:
        assert any(all(word in note for word in words) for note in decision.notes), (words, decision.notes)


def test_when_every_model_failed_a_person_must_choose():
    stop = decide(
        situation(**NO_STORE, current=(A, B, CHORDS), failed=failing(a=NOISE, b=COPIES | {"collapsed": "one note"}))
    )
    assert isinstance(stop, Stop)
    lines = stop.message.splitlines()
    assert "melody" in lines[0]
    assert lines[1:3] == [
        "  run-a: non_finite: 7 of 9 weights",
        "  run-b: collapsed: one note; copying: 31 % of its 8-note windows stand in the training set",
    ]
    assert "`counterpoint promote" in lines[3]
    assert "run-e" not in stop.message


def test_failed_other_bytes_do_not_pass_for_the_record():
    stop = decide(
        situation(
            written=None,
            alias=None,
            available=(A_ELSEWHERE,),
            current=(A_ELSEWHERE,),
            failed=failing(d=NOISE),
            accepted=frozenset({"copying"}),
        )
    )
    assert isinstance(stop, Stop)
    for word in ("run-a", "run-d", "non_finite: 7 of 9 weights", "counterpoint promote run-d"):
        assert word in stop.message


def accompanying(**of: int) -> dict[str, int]:
    """By the letter of a choice."""
    return {letter * 64: track for letter, track in of.items()}


ON_ONE_FOOTING = {
    # name: (facts, champion, challenger); B has the best figure
    "what is given a track is not first": ({**NO_STORE, "given": accompanying(b=0)}, A, C),
    "nor challenger": ({"current": (B, C), "given": accompanying(b=0)}, A, C),
    "nor promoted": ({"current": (B,), "given": accompanying(b=0), "select": BETTER}, A, None),
    "nor challenged by what is not": (
        {"record": B, "written": written(B), "alias": B, "given": accompanying(b=0)}, B, None),
    "nor by what is given another track": (
        {"record": B, "written": written(B), "alias": B, "given": accompanying(a=0, b=1, c=0)}, B, None),
    "but by its like": (
        {"record": A, "written": written(A), "alias": A, "given": accompanying(a=1, b=2, c=1)}, A, C),
    "and gives way to it": (
        {"record": A, "written": written(A), "alias": A, "given": accompanying(a=1, b=1, c=2), "select": BETTER}, B, A),
    "a person may choose it": ({"alias": B, "given": accompanying(b=3)}, B, None),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "champion", "challenger"), ON_ONE_FOOTING.values(), ids=ON_ONE_FOOTING.keys())
def test_figures_are_compared_on_one_footing(facts, champion, challenger):
    decision = decide(situation(**({"current": (A, B, C)} | facts)))
    assert isinstance(decision, Decision), decision
    assert (decision.champion, decision.challenger.choice) == (champion, challenger)


def test_where_all_of_the_texture_are_given_a_track_a_person_must_choose():
    stop = decide(situation(**NO_STORE, current=(B, CHORDS), given=accompanying(b=0)))
    assert isinstance(stop, Stop)
    assert "models/ holds chords" in stop.message and "run-b, `counterpoint promote`" in stop.message


@settings(deadline=None)
@given(data=st.data())
def test_no_rule_ever_takes_a_failed_version(data):
    """Whatever the figures, the guards and the rule: a failed champion was champion before, by record or by alias."""
    models = [
        make(letter, data.draw(st.none() | st.floats(0, 9)), lineage=data.draw(st.sampled_from(["", "shared"])))
        for letter in "abcd"
    ]
    failed = {model.digest: data.draw(st.sampled_from([{}, COPIES, NOISE])) for model in models}
    maybe = st.none() | st.sampled_from(models)
    record, alias, wrote = data.draw(maybe), data.draw(maybe), data.draw(maybe)
    current = tuple(data.draw(st.lists(st.sampled_from(models), unique=True)))
    select = SELECT.model_copy(
        update={
            "promote": data.draw(st.sampled_from(["never", "first", "better"])),
            "direction": data.draw(st.sampled_from(["minimise", "maximise"])),
        }
    )
    decision = decide(
        situation(
            record=record,
            alias=alias,
            written=written(wrote) if wrote else None,
            available=tuple(models),
            current=current,
            select=select,
            failed=failed,
            restorable=lambda: False,
        )
    )
    if isinstance(decision, Stop):
        return
    if failed[decision.champion.digest]:
        assert decision.champion in (record, alias)
    challenger = decision.challenger.choice
    assert challenger is None or (challenger in current and not failed[challenger.digest])
