import json

import numpy as np
import pytest

from counterpoint import paths
from counterpoint.models.card import model_card
from counterpoint.models.folder import ModelFolderError, read_manifest
from counterpoint.registry import sync as syncing
from counterpoint.registry.card import description
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.logbook import REPORTS, find_runs
from counterpoint.registry.store import REGISTERED_MODEL, connect
from counterpoint.registry.sync import sync_model
from counterpoint.registry.versions import versions
from tests.registry.project import make_non_finite, write_guards, write_model, write_reports

NAME = "attention_lstm"


def sync(store, root, pages=()):
    places = (root / paths.model(NAME), root / paths.evaluation(NAME), root / paths.samples(NAME))
    return sync_model(store, *places, pages=pages)


def tags(store, version, start):
    """Those of the version that begin so; the run's failed guards are the same."""
    of_version = store.client.get_model_version(REGISTERED_MODEL, version.number).tags
    of_run = store.client.get_run(version.run_id).data.tags
    found = {tag: value for tag, value in of_version.items() if tag.startswith(start)}
    if start == "failed.":
        assert found == {tag: value for tag, value in of_run.items() if tag.startswith(start)}
    return found


def listed(store, run_id, path):
    return sorted(entry.path for entry in store.client.list_artifacts(run_id, path))


@pytest.fixture
def store(root):
    return connect(root)


def test_a_model_becomes_a_run_a_logged_model_and_a_version(root, store):
    manifest = write_model(root, nll=2.5)
    version = sync(store, root)

    assert (version.number, version.digest, version.lineage) == ("1", manifest.digest, manifest.lineage.digest)
    assert (version.generator, version.texture, version.run_name) == (NAME, "melody", manifest.run_name)
    assert version.metrics == {"test_joint_nll": 2.5, "accuracy": 0.625}
    assert versions(store) == [version]

    run = store.client.get_run(version.run_id)
    assert (run.info.run_name, run.info.status) == (manifest.run_name, "FINISHED")
    assert run.data.params == {"units": "7", "optimizer.name": "adam", "optimizer.rate": "0.003"}
    history = store.client.get_metric_history(version.run_id, "joint")
    assert [(m.step, m.value) for m in history] == [(1, 3.5), (2, 2.5)]
    assert [m.value for m in store.client.get_metric_history(version.run_id, "validation_joint")] == [3.75]
    assert listed(store, version.run_id, "samples") == ["samples/000.mid", "samples/000.png"]
    assert listed(store, version.run_id, "evaluation") == ["evaluation/likelihood.csv", "evaluation/metrics.json"]
    assert listed(store, version.run_id, "listen") == ["listen/epoch-001.mid"]

    tags = store.client.get_model_version(REGISTERED_MODEL, "1").tags
    assert tags["lineage.data"] == "d" * 64
    logged = store.client.get_logged_model(version.model_id)
    assert {m.key: m.value for m in logged.metrics} == version.metrics


def test_the_version_shows_what_it_takes_and_gives(root, store):
    import mlflow

    write_model(root, nll=2.5)
    sync(store, root)
    shown = mlflow.models.get_model_info(f"models:/{REGISTERED_MODEL}/1").signature
    takes = {column.name: (column.type.name, column.required) for column in shown.inputs}
    assert takes["count"] == ("long", False)
    assert takes["duration_temperature"] == ("double", False)
    assert shown.outputs.input_names() == [
        "piece", "track", "program", "is_drum", "onset", "duration", "pitch", "velocity",
    ]  # fmt: skip


def test_a_version_says_which_track_its_model_is_given(root, store):
    write_model(root, nll=2.5, given=3)
    version = sync(store, root)
    assert tags(store, version, "given") == {"given": "3"} and version.given == 3
    store.client.delete_model_version_tag(REGISTERED_MODEL, version.number, "given")  # as versions once were
    assert versions(store)[0].given is None
    assert sync(store, root) == versions(store)[0] == version
    store.client.set_model_version_tag(REGISTERED_MODEL, version.number, "given", "the alto")
    assert versions(store)[0].given is None


def test_twice_is_once(root, store):
    write_model(root, nll=2.5)
    first = sync(store, root)
    stamp = store.client.get_run(first.run_id).data.tags[REPORTS]
    uploaded = next((root / "mlartifacts").rglob("000.mid"))
    inode = uploaded.stat().st_ino
    assert sync(store, root) == first
    assert len(store.client.get_metric_history(first.run_id, "joint")) == 2
    assert len(store.client.get_metric_history(first.run_id, "test_joint_nll")) == 1
    assert store.client.get_run(first.run_id).data.tags[REPORTS] == stamp
    assert uploaded.stat().st_ino == inode


def test_changed_reports_replace_the_old_ones(root, store):
    write_model(root, nll=2.5)
    first = sync(store, root)
    write_reports(root, nll=2.125)
    (root / paths.samples(NAME) / "000.png").rename(root / paths.samples(NAME) / "001.png")
    second = sync(store, root)
    assert second.metrics["test_joint_nll"] == 2.125
    assert versions(store) == [second]
    assert store.client.get_run(first.run_id).data.metrics["test_joint_nll"] == 2.125
    assert listed(store, first.run_id, "samples") == ["samples/000.mid", "samples/001.png"]
    assert not list((root / "mlartifacts").rglob("samples/000.png"))


def test_missing_reports_leave_what_is_there(root, store):
    write_model(root, nll=2.5)
    first = sync(store, root)
    nowhere = root / "nowhere"
    assert sync_model(store, root / paths.model(NAME), nowhere, nowhere) == first
    assert len(listed(store, first.run_id, "samples")) == 2


def test_two_models_are_two_versions_of_one_registered_model(root, store):
    write_model(root, nll=2.5, weight=0.5)
    one = sync(store, root)
    write_model(root, nll=2.25, weight=0.75)
    two = sync(store, root)
    assert [v.number for v in versions(store)] == ["1", "2"]
    assert one.run_id != two.run_id
    assert one.lineage != two.lineage


def test_a_version_deleted_by_hand_comes_back_with_its_artefacts(root, store):
    write_model(root, nll=2.5)
    first = sync(store, root)
    store.client.delete_model_version(REGISTERED_MODEL, "1")
    again = sync(store, root)
    assert again.digest == first.digest
    assert (again.model_id, again.run_id) == (first.model_id, first.run_id)


def test_an_upload_that_was_cut_off_is_made_anew(root, store):
    manifest = write_model(root, nll=2.5)
    half = store.client.create_logged_model(store.experiment_id, "half", tags={"digest": manifest.digest})
    version = sync(store, root)
    assert version.model_id != half.model_id
    assert (root / "mlartifacts/models" / version.model_id / "artifacts/model/manifest.json").is_file()


@pytest.mark.parametrize("step", ["_logged_model", "sync_reports", "_create_version"])
def test_a_version_that_is_there_is_complete_wherever_one_was_killed(root, store, monkeypatch, step):
    def killed(*_):
        raise KeyboardInterrupt

    write_model(root, nll=2.5)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(syncing, step, killed)
        sync(store, root)
    assert versions(store) == []
    version = sync(store, root)
    assert versions(store) == [version]
    assert version.metrics["test_joint_nll"] == 2.5
    assert len(find_runs(store, "counterpoint.digest", version.digest)) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_registered_with_the_reason(root, store, value):
    write_model(root, nll=2.5)
    manifest = make_non_finite(root, value=value)
    write_guards(root, {})
    version = sync(store, root)
    assert version.digest == manifest.digest
    assert list(version.failed) == ["non_finite"]
    assert version.failed["non_finite"].startswith("model.weights.h5: 1 of 2 weights in layers/lstm/vars/0 are not")
    assert str(root) not in version.failed["non_finite"]


def test_a_failed_guard_is_on_the_version_and_its_run_until_it_is_cleared(root, store):
    write_model(root, nll=2.5)
    write_guards(root, {"copying": "31 % of its windows", "collapsed": "two pitches"})
    version = sync(store, root)
    assert version.failed == {"collapsed": "two pitches", "copying": "31 % of its windows"}
    assert versions(store) == [version]
    assert tags(store, version, "failed.") == {
        "failed.collapsed": "two pitches", "failed.copying": "31 % of its windows",
    }  # fmt: skip
    described = store.client.get_model_version(REGISTERED_MODEL, "1").description
    assert "31 % of its windows" in described

    write_guards(root, {"copying": "29 % of its windows"})
    assert sync(store, root).failed == {"copying": "29 % of its windows"}
    assert tags(store, version, "failed.") == {"failed.copying": "29 % of its windows"}

    write_guards(root, {})
    cleared = sync(store, root)
    assert cleared.failed == {}
    assert tags(store, version, "failed.") == {}
    assert versions(store) == [cleared]
    assert "windows" not in store.client.get_model_version(REGISTERED_MODEL, "1").description


def test_without_a_new_look_an_old_finding_stays(root, store):
    write_model(root, nll=2.5)
    write_guards(root, {"copying": "31 %"})
    sync(store, root)
    (root / paths.evaluation(NAME) / "guards.json").unlink()
    assert sync(store, root).failed == {"copying": "31 %"}


def test_the_version_is_described_by_its_card_which_the_run_holds_whole(root, store):
    import mlflow

    write_model(root, nll=2.5)
    version = sync(store, root)
    card = model_card(root / paths.model(NAME), {"test_joint_nll": 2.5, "accuracy": 0.625}, {})
    assert store.client.get_model_version(REGISTERED_MODEL, "1").description == description(card)
    assert mlflow.artifacts.load_text(f"runs:/{version.run_id}/card.md") == card

    store.client.update_model_version(REGISTERED_MODEL, "1", "somebody's own words")
    sync(store, root)
    assert store.client.get_model_version(REGISTERED_MODEL, "1").description == "somebody's own words"
    write_reports(root, nll=2.125)
    left = sync(store, root)
    again = model_card(root / paths.model(NAME), {"test_joint_nll": 2.125, "accuracy": 0.625}, {})
    assert store.client.get_model_version(REGISTERED_MODEL, "1").description == "somebody's own words"
    assert mlflow.artifacts.load_text(f"runs:/{version.run_id}/card.md") == again
    assert versions(store) == [left]

    store.client.update_model_version(REGISTERED_MODEL, "1", "")
    described = sync(store, root)
    assert versions(store) == [described]
    assert store.client.get_model_version(REGISTERED_MODEL, "1").description == description(again)


@pytest.mark.parametrize("calls", [0, 1])
def test_a_card_half_written_is_not_taken_for_a_persons_words(root, store, monkeypatch, calls):
    """Killed before the description, or after it; then measured anew once more."""
    write_model(root, nll=2.5)
    sync(store, root)
    update = type(store.client).update_model_version

    def killed(*arguments, **named):
        for _ in range(calls):
            update(*arguments, **named)
        raise KeyboardInterrupt

    write_reports(root, nll=2.25)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(store.client), "update_model_version", killed)
        sync(store, root)
    write_reports(root, nll=2.125)
    sync(store, root)
    card = model_card(root / paths.model(NAME), {"test_joint_nll": 2.125, "accuracy": 0.625}, {})
    assert store.client.get_model_version(REGISTERED_MODEL, "1").description == description(card)


def test_a_runs_name_is_given_once_and_then_a_persons(root, store):
    write_model(root, nll=2.5)
    version = sync(store, root)
    assert store.client.get_run(version.run_id).info.run_name == version.run_name
    store.client.set_tag(version.run_id, "mlflow.runName", "the one with the trills")
    write_reports(root, nll=2.125)
    sync(store, root)
    assert store.client.get_run(version.run_id).info.run_name == "the one with the trills"


def test_the_pages_of_all_models_go_with_the_run(root, store):
    write_model(root, nll=2.5)
    report, blind = root / "reports/report.html", root / "reports/blind.html"
    report.write_text("<p>one")
    version = sync(store, root, pages=(report, blind))
    assert listed(store, version.run_id, "report") == ["report/report.html"]
    uploaded = next((root / "mlartifacts").rglob("report/report.html"))
    sample = next((root / "mlartifacts").rglob("000.mid"))
    inodes = uploaded.stat().st_ino, sample.stat().st_ino
    sync(store, root, pages=(report, blind))
    assert (uploaded.stat().st_ino, sample.stat().st_ino) == inodes
    report.write_text("<p>two")
    blind.write_text("<p>which?")
    sync(store, root, pages=(report, blind))
    assert listed(store, version.run_id, "report") == ["report/blind.html", "report/report.html"]
    assert uploaded.read_text() == "<p>two"
    assert sample.stat().st_ino == inodes[1]


def test_undefined_figures_are_left_out_and_gone_ones_go(root, store):
    write_model(root, nll=2.5)
    path = root / paths.evaluation(NAME) / "metrics.json"
    path.write_text(json.dumps({"distance_to_real": 0.375, "voices": 3.5, "drums": None}))
    first = sync(store, root)
    assert first.metrics == {"distance_to_real": 0.375, "voices": 3.5}
    assert tags(store, first, "metric.") == {"metric.distance_to_real": "0.375", "metric.voices": "3.5"}
    path.write_text(json.dumps({"distance_to_real": None, "voices": 3.25}))
    second = sync(store, root)
    assert second.metrics == {"voices": 3.25}
    assert versions(store) == [second]


def test_a_swapped_file_is_refused(root, store):
    write_model(root, nll=2.5, weight=0.5)
    folder = root / paths.model(NAME)
    other = write_model(root / "other", nll=2.5, weight=0.75)
    (folder / "model.weights.h5").write_bytes(
        (root / "other" / folder.relative_to(root) / "model.weights.h5").read_bytes()
    )
    assert other.digest != read_manifest(folder).digest
    with pytest.raises(ModelFolderError, match=r"model\.weights\.h5 is not what was trained"):
        sync(store, root)
    assert versions(store) == []


def test_figures_that_are_no_json_name_their_file(root, store):
    write_model(root, nll=2.5)
    (root / paths.evaluation(NAME) / "metrics.json").write_text("{nll")
    with pytest.raises(RegistryError, match=r"metrics\.json"):
        sync(store, root)


def test_nested_figures_get_dotted_names(root, store):
    write_model(root, nll=2.5)
    content = {"test_joint_nll": 2.5, "ngram": {"3": 2.75}, "texture": "melody", "augmented": True}
    (root / paths.evaluation(NAME) / "metrics.json").write_text(json.dumps(content))
    assert sync(store, root).metrics == {"test_joint_nll": 2.5, "ngram.3": 2.75}
