"""Who is champion: a decision from plain facts, with no store in sight.

Git holds the choice as a record, a store holds it as an alias, and a tag says what this store last wrote. Comparing the
three tells who moved: git moved – git wins, so a checkout brings its choice back; MLflow moved – a person chose there,
and wins; both moved apart – nobody may guess. A rule never takes a version that failed a guard; a person may.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from counterpoint.params import Select
from counterpoint.registry.records import Challenger, Choice, Rule, Written


@dataclass(frozen=True)
class Situation:
    """What is known before deciding."""

    record: Choice | None  # the champion on record in the working tree
    challenger: Challenger | None  # the challenger on record
    written: Written | None  # what this store last wrote as champion
    alias: Choice | None  # what the store's alias points at
    available: tuple[Choice, ...]  # every version in the store, oldest first, those of models/ among them
    current: tuple[Choice, ...]  # what lies in models/
    select: Select
    restorable: Callable[[], bool]  # asked only if it matters: can DVC bring the recorded champion's folder back?
    failed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # digest → failed guard → reason
    given: Mapping[str, int] = field(default_factory=dict)  # digest → the track that the model is given, a person's
    accepted: frozenset[str] = frozenset()  # guards that the champion on record had failed when it was recorded


@dataclass(frozen=True)
class Decision:
    champion: Choice
    challenger: Challenger
    notes: tuple[str, ...] = ()  # for the person at the screen


@dataclass(frozen=True)
class Stop:
    """Nobody may decide this but a person."""

    message: str


@dataclass(frozen=True)
class _Kept:
    champion: Choice
    note: str | None = None
    by_person: bool = False  # moved in MLflow since the last time: not to be overruled by a rule in the same breath


def decide(situation: Situation) -> Decision | Stop:
    """The champion and the challenger, or why there is no telling.

    Promotion and challenger compare what was judged on the champion's footing: in its texture, and what is given a
    track with what is given the same, for that track is a person's. A first champion writes everything itself.
    `promote: better` takes a challenger that is better by `select.metric`, once: one that is on record as challenger
    under the same rule was passed over by a person. One that failed a guard is neither promoted nor challenger; a
    champion that fails one later stays, with a warning.
    """
    kept = _kept(situation)
    if isinstance(kept, Stop):
        return kept
    champion, notes = kept.champion, [kept.note] if kept.note else []
    challenger = _challenger(situation, champion)
    if challenger and not kept.by_person and _promotes(situation, challenger, champion):
        notes.append(
            f"{challenger.run_name} becomes champion: {situation.select.metric} {challenger.metric:.4g}, "
            f"{champion.run_name} has {champion.metric:.4g}"
        )
        champion = challenger
        challenger = _challenger(situation, champion)
    notes += _failures(situation, champion)
    return Decision(champion, Challenger(challenger, Rule.of(situation.select)), tuple(notes))


def _kept(s: Situation) -> _Kept | Stop:
    """The champion before any promotion."""
    mlflow_moved = s.alias is not None and (s.written is None or s.alias.digest != s.written.digest)
    if s.record is None:
        return _Kept(s.alias, by_person=mlflow_moved) if s.alias else _first(s)
    git_moved = s.written is None or not s.record.same_as(s.written)
    wanted = find(s.record, tuple(c for c in s.available if _may_stand_for(c, s.record, s)))
    if s.alias and mlflow_moved:
        if not git_moved:
            return _Kept(s.alias, f"the champion was moved in MLflow: {s.alias.run_name}", by_person=True)
        if not s.alias.same_as(s.record):
            return Stop(_both_moved(s.record, s.alias, s.written))
        exact = wanted is not None and wanted.digest == s.record.digest
        return _Kept(wanted if wanted and exact else s.alias)
    if wanted is None:
        twin = find(s.record, s.available)
        return Stop(_failed_twin(s, s.record, twin)) if twin else _lost(s, s.record)
    if s.alias is None and s.written is not None:
        return _Kept(wanted, f"the alias champion was gone from MLflow: {wanted.run_name} has it again")
    if s.alias is not None and not s.alias.same_as(wanted):
        return _Kept(wanted, f"the record in git was moved: {wanted.run_name} is champion")
    if wanted.digest != s.record.digest:
        return _Kept(wanted, f"{wanted.run_name} stands for {s.record.run_name}: the same inputs gave other bytes here")
    return _Kept(wanted)


def _may_stand_for(choice: Choice, record: Choice, s: Situation) -> bool:
    """Whether a version may be what the record speaks of: of the same inputs, other bytes may fail where it did not."""
    is_champion = s.alias is not None and choice.digest == s.alias.digest
    return choice.digest == record.digest or is_champion or s.accepted >= s.failed.get(choice.digest, {}).keys()


def find(wanted: Choice, among: tuple[Choice, ...]) -> Choice | None:
    """The very same bytes, else the newest made from the same inputs, else None."""
    exact = [c for c in among if c.digest == wanted.digest]
    twins = [c for c in among if c.lineage == wanted.lineage]
    matches = exact or twins
    return matches[-1] if matches else None


def _lost(s: Situation, record: Choice) -> _Kept | Stop:
    """The recorded champion is in neither the store nor models/."""
    newcomer = s.written is None and s.alias is None
    if newcomer and not s.restorable():
        first = _first(s)
        if isinstance(first, Stop):
            return first
        return _Kept(
            first.champion,
            f"the recorded champion {record.run_name} is neither here nor to be restored from DVC's cache or remote: "
            f"{first.champion.run_name} was chosen afresh, and git shows the changed record",
        )
    return Stop(
        f"the recorded champion {record.run_name} (digest {record.digest[:12]}) is neither in the MLflow store nor in "
        "models/. Bring it back with `make registry-restore`, or choose another with `counterpoint promote` "
        "(`counterpoint models` lists them); then `dvc repro`. The aliases and records were not touched"
    )


def _first(s: Situation) -> _Kept | Stop:
    alone = [c for c in s.current if c.digest not in s.given]
    candidates = [c for c in alone if c.texture == s.select.texture]
    if not candidates:
        accompany = sorted(c.run_name for c in s.current if c.digest in s.given and c.texture == s.select.texture)
        return Stop(
            f"no champion can be chosen: select.texture is {s.select.texture}, but models/ holds "
            f"{', '.join(sorted({c.texture for c in alone})) or 'no model'}. Set select.texture in params.yaml to one "
            "that is there"
            + (f"; what is given a track, {', '.join(accompany)}, `counterpoint promote` chooses" if accompany else "")
        )
    if s.select.promote == "never":
        return Stop(
            "there is no champion yet, and select.promote is never: choose one of "
            f"{', '.join(sorted(c.run_name for c in candidates))} with `counterpoint promote`, then `dvc repro`"
        )
    sound = [c for c in candidates if not s.failed.get(c.digest)]
    if not sound:
        lines = [f"  {c.run_name}: {_reasons(s, c)}" for c in sorted(candidates, key=lambda c: c.run_name)]
        return Stop(
            "\n".join(
                [
                    f"there is no champion yet, and every model of texture {s.select.texture} failed a guard:",
                    *lines,
                    "Train again with other params, or choose one all the same with `counterpoint promote RUN_NAME`, "
                    "then `dvc repro`",
                ]
            )
        )
    return _Kept(_best(sound, s.select))


def _challenger(s: Situation, champion: Choice) -> Choice | None:
    others = [
        c
        for c in s.current
        if _footing(s, c) == _footing(s, champion) and not c.same_as(champion) and not s.failed.get(c.digest)
    ]
    return _best(others, s.select) if others else None


def _footing(s: Situation, choice: Choice) -> tuple[str, int | None]:
    """What must be equal for figures to be compared."""
    return choice.texture, s.given.get(choice.digest)


def _promotes(s: Situation, challenger: Choice, champion: Choice) -> bool:
    if s.select.promote != "better" or not _better(challenger, champion, s.select):
        return False
    known = s.challenger
    passed_over = known and known.choice and known.choice.same_as(challenger) and known.rule == Rule.of(s.select)
    return not passed_over


def _better(one: Choice, other: Choice, select: Select) -> bool:
    if one.metric is None or other.metric is None:
        return False
    return one.metric < other.metric if select.direction == "minimise" else one.metric > other.metric


def _best(candidates: list[Choice], select: Select) -> Choice:
    sign = 1 if select.direction == "minimise" else -1
    return min(candidates, key=lambda c: (c.metric is None, sign * (c.metric or 0.0), c.generator, c.digest))


def _failures(s: Situation, champion: Choice) -> list[str]:
    """Who failed a guard, in lines for the person at the screen."""
    lines = [
        f"{c.run_name} is registered, but neither champion nor challenger: {_reasons(s, c)}"
        for c in s.current
        if s.failed.get(c.digest) and c.digest != champion.digest
    ]
    if s.failed.get(champion.digest):
        lines.append(f"warning: the champion {champion.run_name} failed a guard: {_reasons(s, champion)}")
    return lines


def _reasons(s: Situation, choice: Choice) -> str:
    return "; ".join(f"{guard}: {reason}" for guard, reason in sorted(s.failed[choice.digest].items()))


def _failed_twin(s: Situation, record: Choice, twin: Choice) -> str:
    return (
        f"{twin.run_name} was made from the same inputs as the recorded champion {record.run_name}, but failed a guard "
        f"here: {_reasons(s, twin)}. Choose it all the same with `counterpoint promote {twin.run_name}`, or another "
        "(`counterpoint models` lists them); then `dvc repro`. The aliases and records were not touched"
    )


def _both_moved(record: Choice, alias: Choice, written: Written | None) -> str:
    before = f"champion was {written.digest[:12]}" if written else "this store has not chosen before"
    return (
        f"two choices at once: the record in git says {record.run_name} (digest {record.digest[:12]}), the alias in "
        f"MLflow says {alias.run_name} (digest {alias.digest[:12]}); {before}. Say which with `counterpoint promote "
        f"{record.run_name}` or `counterpoint promote {alias.run_name}`, then `dvc repro`. Nothing was touched"
    )
