import json

import pytest

from counterpoint import paths
from counterpoint.models.folder import ModelFolderError
from counterpoint.registry import records
from counterpoint.registry import register as registering
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.logbook import DIGEST, EXPERIMENT_NAME, find_runs
from counterpoint.registry.promote import promote
from counterpoint.registry.register import register
from counterpoint.registry.store import REGISTERED_MODEL, connect
from counterpoint.registry.versions import aliases, last_written, versions
from tests.registry.project import (
    choice_of,
    commit,
    empty_store,
    git_init,
    make_non_finite,
    run,
    write_guards,
    write_model,
    write_params,
)


def state(root):
    """Everything that could differ: aliases by digest, the store's memory, the records' bytes, the versions."""
    store = connect(root)
    there = versions(store)
    by_number = {v.number: v.digest for v in there}
    return (
        {alias: by_number[number] for alias, number in aliases(store).items()},
        last_written(store),
        (root / paths.CHAMPION).read_bytes(),
        (root / paths.CHALLENGER).read_bytes(),
        sorted(by_number.values()),
    )


def move_alias(root, digest):
    store = connect(root)
    number = next(v.number for v in versions(store) if v.digest == digest)
    store.client.set_registered_model_alias(REGISTERED_MODEL, "champion", number)


def write_champion(root, choice):
    text = records.champion_text(choice, "test_joint_nll", records.Evidence())
    records.write(root / paths.CHAMPION, text)


def champion(root):
    return records.read_champion(root / paths.CHAMPION)


@pytest.fixture
def two(root):
    """A champion of an earlier build and a later build, its challenger, in models/."""
    first = write_model(root, nll=2.5, weight=0.5)
    register(root)
    second = write_model(root, nll=2.25, weight=0.75)
    register(root)
    return first, second


def test_the_first_build_is_champion_and_later_ones_challenge(root, two):
    first, second = two
    assert champion(root) == choice_of(first, 2.5)
    assert records.read_challenger(root / paths.CHALLENGER).choice == choice_of(second, 2.25)
    assert state(root)[0] == {"champion": first.digest, "challenger": second.digest}


def test_twice_is_once(root, two):
    before = state(root)
    inodes = [(root / path).stat().st_ino for path in (paths.CHAMPION, paths.CHALLENGER)]
    register(root)
    assert state(root) == before
    assert inodes == [(root / path).stat().st_ino for path in (paths.CHAMPION, paths.CHALLENGER)]


def test_an_empty_store_after_everything_was_restored(root, empty_database):
    write_model(root, nll=2.5)
    register(root)
    before = state(root)
    empty_store(root, empty_database)
    register(root)
    assert state(root) == before


def test_moving_the_alias_in_mlflow_wins(root, two, capsys):
    _, second = two
    move_alias(root, second.digest)
    register(root)
    assert champion(root) == choice_of(second, 2.25)
    assert "moved in MLflow" in capsys.readouterr().out
    before = state(root)
    register(root)
    assert state(root) == before


def test_checking_out_an_older_record_wins(root, two):
    _, second = two
    git_init(root)
    (root / ".gitignore").write_text("/mlflow.db\n/mlartifacts/\n/models/\n/reports/*/\n")
    older = commit(root, "the first is champion")
    before = state(root)
    promote(second.run_name, root)
    register(root)
    commit(root, "the second is champion")
    assert champion(root).digest == second.digest
    run(root, "git", "checkout", "-q", older)
    register(root)
    assert state(root) == before
    assert run(root, "git", "status", "--porcelain") == ""


def test_both_moved_apart_stops_and_touches_nothing(root, two):
    _, second = two
    third = write_model(root, nll=3.5, weight=0.25)
    register(root)
    write_champion(root, choice_of(third, 3.5))
    move_alias(root, second.digest)
    before = state(root)
    with pytest.raises(RegistryError, match=f"{third.run_name}.*{second.run_name}.*counterpoint promote"):
        register(root)
    assert state(root) == before

    promote(second.run_name, root)
    register(root)
    assert champion(root).digest == second.digest


@pytest.mark.parametrize("kept", ["record", "alias"])
def test_the_way_out_of_a_tie_works_for_either(root, two, kept):
    _, second = two
    third = write_model(root, nll=3.5, weight=0.25)
    register(root)
    write_champion(root, choice_of(third, 3.5))
    move_alias(root, second.digest)
    promote((third if kept == "record" else second).run_name, root)
    register(root)
    assert champion(root).digest == (third if kept == "record" else second).digest


def test_the_alias_deleted_by_hand_comes_back(root, two):
    before = state(root)
    connect(root).client.delete_registered_model_alias(REGISTERED_MODEL, "champion")
    register(root)
    assert state(root) == before


def test_an_alias_on_a_stranger_is_refused(root, two):
    store = connect(root)
    model_id = versions(store)[0].model_id
    stranger = store.client.create_model_version(REGISTERED_MODEL, source=f"models:/{model_id}")
    store.client.set_registered_model_alias(REGISTERED_MODEL, "champion", str(stranger.version))
    with pytest.raises(RegistryError, match=f"version {stranger.version}.*did not register"):
        register(root)


def test_a_newcomer_whose_training_gave_other_bytes(root, empty_database):
    write_model(root, nll=2.5, weight=0.5, params="same")
    register(root)
    empty_store(root, empty_database)
    mine = write_model(root, nll=2.625, weight=0.515625, params="same")
    register(root)
    assert champion(root) == choice_of(mine, 2.625)
    assert records.read_challenger(root / paths.CHALLENGER).choice is None


def test_a_newcomer_with_other_music_chooses_afresh(root, empty_database, capsys):
    theirs = write_model(root, nll=2.5, weight=0.5)
    register(root)
    empty_store(root, empty_database)
    mine = write_model(root, nll=3.5, weight=0.125)
    register(root)
    assert champion(root) == choice_of(mine, 3.5)
    assert theirs.run_name in capsys.readouterr().out


def test_a_lost_champion_in_a_used_store_stops(root, two):
    stranger = write_model(root / "elsewhere", nll=2.0, weight=0.0625)
    write_champion(root, choice_of(stranger, 2.0))
    before = state(root)
    with pytest.raises(RegistryError, match=r"make registry-restore.*counterpoint promote"):
        register(root)
    assert state(root) == before


def test_the_better_one_is_promoted_if_params_say_so(root):
    write_params(root, promote="better")
    first = write_model(root, nll=2.5, weight=0.5)
    register(root)
    second = write_model(root, nll=2.25, weight=0.75)
    register(root)
    assert champion(root).digest == second.digest
    promote(first.run_name, root)
    for _ in range(2):
        register(root)
        assert champion(root).digest == first.digest


def test_an_experiment_logs_its_run_and_touches_nothing_else(root, two, monkeypatch, tmp_path):
    before = state(root)
    there = tmp_path / "experiment"
    there.mkdir()
    write_params(there)
    mine = write_model(there, nll=2.0, weight=0.375)
    for path in (paths.CHAMPION, paths.CHALLENGER):
        (there / path).write_bytes((root / path).read_bytes())
    monkeypatch.setenv("DVC_EXP_NAME", "gaudy-hymn")
    monkeypatch.setenv("DVC_ROOT", str(root))
    assert register(there) is None
    assert (there / paths.CHAMPION).read_bytes() == (root / paths.CHAMPION).read_bytes()
    assert not (there / "mlflow.db").exists()
    monkeypatch.delenv("DVC_EXP_NAME")
    assert state(root) == before
    (found,) = find_runs(connect(root), DIGEST, mine.digest)
    assert found.data.tags[EXPERIMENT_NAME] == "gaudy-hymn"
    assert found.data.metrics["test_joint_nll"] == 2.0

    # applied later, the model is registered from that very run
    write_model(root, nll=2.0, weight=0.375)
    register(root)
    newest = versions(connect(root))[-1]
    assert (newest.digest, newest.run_id) == (mine.digest, found.info.run_id)


def test_an_experiment_without_records_takes_those_in_git(root, two, monkeypatch):
    git_init(root)
    (root / ".gitignore").write_text("/mlflow.db\n/mlartifacts/\n/models/\n/reports/*/\n")
    commit(root, "records")
    text = (root / paths.CHAMPION).read_bytes()
    (root / paths.CHAMPION).unlink()
    monkeypatch.setenv("DVC_EXP_NAME", "gaudy-hymn")
    register(root)
    assert (root / paths.CHAMPION).read_bytes() == text


def test_an_experiment_before_any_choice_says_what_to_do(root, monkeypatch):
    write_model(root, nll=2.5)
    monkeypatch.setenv("DVC_EXP_NAME", "gaudy-hymn")
    with pytest.raises(RegistryError, match="dvc repro"):
        register(root)
    assert not (root / paths.CHAMPION).exists()


def test_a_broken_model_stops_before_anything_is_chosen(root, two):
    before = state(root)
    write_model(root, nll=1.0, weight=0.1875)
    (root / paths.model("attention_lstm") / "network.json").write_text("{}")
    with pytest.raises(ModelFolderError):
        register(root)
    assert state(root) == before


def test_records_hold_nothing_of_the_store(root, two):
    store = connect(root)
    ids = [v.model_id for v in versions(store)] + [v.run_id for v in versions(store)]
    text = (root / paths.CHAMPION).read_text() + (root / paths.CHALLENGER).read_text()
    assert not [found for found in ids if found in text]
    assert "version" not in json.loads((root / paths.CHAMPION).read_text())


class Killed(BaseException):
    pass


def killed_before(monkeypatch, root, writing):
    """Register, and die before the so-manieth of its four writings."""
    begun = []

    def deadly(usual):
        def counted(*arguments):
            begun.append(1)
            if len(begun) == writing:
                raise Killed
            usual(*arguments)

        return counted

    with monkeypatch.context() as patch:
        patch.setattr(records, "write", deadly(records.write))
        for name in ("set_aliases", "remember_written"):
            patch.setattr(registering, name, deadly(getattr(registering, name)))
        with pytest.raises(Killed):
            register(root)


@pytest.mark.parametrize("writing", [1, 2, 3, 4])
def test_a_newcomer_killed_anywhere_ends_alike(root, empty_database, monkeypatch, writing):
    write_model(root, nll=2.5, weight=0.5)
    register(root)
    empty_store(root, empty_database)
    mine = write_model(root, nll=3.5, weight=0.125)
    killed_before(monkeypatch, root, writing)
    register(root)
    assert champion(root) == choice_of(mine, 3.5)
    assert state(root)[:2] == ({"champion": mine.digest}, records.Written(mine.digest, mine.lineage.digest))


@pytest.mark.parametrize("writing", [1, 2, 3, 4])
def test_a_persons_choice_is_not_overruled_after_a_kill(root, two, monkeypatch, writing):
    """The first is moved back to by hand, from a better one that the rule would take."""
    first, second = two
    promote(second.run_name, root)
    register(root)
    write_params(root, promote="better")
    move_alias(root, first.digest)
    killed_before(monkeypatch, root, writing)
    for _ in range(2):
        register(root)
        assert champion(root).digest == first.digest
        assert state(root)[0] == {"champion": first.digest, "challenger": second.digest}


@pytest.mark.parametrize("tags", [{}, {"digest": "x"}])
def test_a_strangers_version_is_none_of_ours(root, two, tags):
    store = connect(root)
    before = state(root)
    model_id = versions(store)[0].model_id
    store.client.create_model_version(REGISTERED_MODEL, source=f"models:/{model_id}", tags=tags)
    store.client.set_model_version_tag(REGISTERED_MODEL, "1", "metric.ear", "lovely")
    register(root)
    assert state(root) == before


COPIES = {"copying": "31 % of its 8-note windows"}


@pytest.fixture
def failed(root, two, capsys):
    """After a champion and a challenger, a better build that copies."""
    write_params(root, promote="better")
    manifest = write_model(root, nll=1.25, weight=0.25)
    write_guards(root, COPIES)
    capsys.readouterr()
    register(root)
    return manifest


def test_a_failed_version_is_registered_named_and_left(root, two, failed, capsys):
    first, _ = two
    assert [v.failed for v in versions(connect(root))] == [{}, {}, COPIES]
    assert state(root)[0] == {"champion": first.digest}
    said = capsys.readouterr().out
    assert f"{failed.run_name} is registered, but neither champion nor challenger: copying: 31 %" in said
    assert records.read_challenger(root / paths.CHALLENGER).choice is None


def test_a_person_may_choose_a_failed_version(root, failed, capsys):
    move_alias(root, failed.digest)
    before = versions(connect(root))
    for _ in range(2):
        register(root)
        assert f"warning: the champion {failed.run_name} failed a guard: copying" in capsys.readouterr().out
        assert champion(root).digest == failed.digest
    assert records.read_evidence(root / paths.CHAMPION).failed == COPIES
    assert [v.failed for v in versions(connect(root))] == [v.failed for v in before]


def test_cleared_by_a_later_evaluation_it_is_promoted(root, failed):
    write_guards(root, {})
    register(root)
    assert champion(root).digest == failed.digest
    assert [v.failed for v in versions(connect(root))] == [{}, {}, {}]


def test_where_every_candidate_failed_a_person_decides(root):
    manifest = write_model(root, nll=2.5)
    manifest = make_non_finite(root)
    write_guards(root, COPIES)
    with pytest.raises(RegistryError, match=f"{manifest.run_name}: copying: 31 %.*non_finite.*") as error:
        register(root)
    assert "counterpoint promote" in str(error.value)
    assert not (root / paths.CHAMPION).exists()
    assert list(versions(connect(root))[0].failed) == ["copying", "non_finite"]

    promote(manifest.run_name, root)
    register(root)
    assert champion(root).digest == manifest.digest


def test_a_champion_chosen_though_it_failed_is_rebuilt_elsewhere(root, empty_database):
    """A newcomer's other bytes fail alike; what the person accepted then is accepted now."""
    first = write_model(root, nll=2.5, weight=0.5, params="same")
    write_guards(root, COPIES)
    with pytest.raises(RegistryError):
        register(root)
    promote(first.run_name, root)
    register(root)
    empty_store(root, empty_database)
    mine = write_model(root, nll=2.625, weight=0.515625, params="same")
    register(root)
    assert champion(root).digest == mine.digest
    broken = make_non_finite(root)
    empty_store(root, empty_database)
    with pytest.raises(RegistryError, match=f"{broken.run_name} was made from the same inputs.*non_finite"):
        register(root)


def test_the_record_holds_every_finite_figure_and_what_failed(root):
    write_model(root, nll=2.5)
    figures = '{"test_joint_nll": 2.5, "b": {"2": 0.75}, "a": 3, "drums": null, "odd": NaN}'
    (root / paths.evaluation("attention_lstm") / "metrics.json").write_text(figures)
    register(root)
    assert records.read_evidence(root / paths.CHAMPION) == records.Evidence(
        {"a": 3.0, "b.2": 0.75, "test_joint_nll": 2.5}, {}
    )


def test_a_metric_that_no_model_has_lists_those_there_are(root):
    write_params(root, metric="distance_to_bach")
    write_model(root, nll=2.5)
    with pytest.raises(RegistryError, match=r"select\.metric.*distance_to_bach.*\n  accuracy\n  test_joint_nll$"):
        register(root)
    assert not (root / paths.CHAMPION).exists()
    assert len(versions(connect(root))) == 1


def test_a_metric_undefined_for_every_model_is_no_misspelling(root):
    write_params(root, metric="drums")
    manifest = write_model(root, nll=2.5)
    (root / paths.evaluation("attention_lstm") / "metrics.json").write_text('{"drums": null, "nll": 2.5}')
    register(root)
    assert champion(root) == choice_of(manifest, None)


def test_the_pages_go_with_every_model(root):
    write_model(root, nll=2.5, weight=0.5)
    write_model(root, nll=2.75, weight=0.75, name="musegan", texture="voices")
    (root / "reports/report.html").write_text("<p>all of them")
    register(root)
    store = connect(root)
    runs = {v.run_id for v in versions(store)}
    assert len(runs) == 2
    for run_id in runs:
        assert [entry.path for entry in store.client.list_artifacts(run_id, "report")] == ["report/report.html"]


def test_an_accompanist_with_the_better_figure_is_neither_champion_nor_challenger_but_by_a_person(root):
    alone = write_model(root, nll=2.5, weight=0.125, name="musegan", texture="voices")
    accompanist = write_model(root, nll=1.5, weight=0.375, name="musegan_accompany", texture="voices", given=0)
    write_params(root, texture="voices", promote="better")
    decision = register(root)
    assert (decision.champion.digest, decision.challenger.choice) == (alone.digest, None)
    promote(accompanist.run_name, root)
    decision = register(root)
    assert (decision.champion.digest, decision.challenger.choice) == (accompanist.digest, None)
