"""Tables of experiments: definitions and results as people keep them, means and spreads by hand."""

from pathlib import Path

import pytest

from counterpoint.report.contents import Line
from counterpoint.report.experiments import ExperimentError, experiments, read_definition, read_results
from counterpoint.report.numbers import mean, spread

DEFINITION = """
title: Wider and narrower
about: What width does.
texture: melody
seeds: [1, 2]
columns: {distance_to_real: distance, kept_iteration: kept}
rows:
  wide: {title: twice as wide, generator: crnn_gan, changes: {models: {crnn_gan: {generator_width: 2}}}}
  narrow: {title: half as wide, generator: crnn_gan}
  never: {title: not run yet, generator: crnn_gan}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "widths.yaml"
    path.write_text(DEFINITION)
    return path


def test_of_each_row_that_was_run_the_mean_the_least_and_the_most(table):
    results = ["row,seed,code,distance_to_real,kept_iteration", "narrow,1,abc1234,0.25,", "wide,1,abc1234,0.5,100"]
    results += ["wide,2,def5678,0.7,400", "narrow,2,def5678,0.35,", "wide,3,def5678,0.9,"]
    table.with_suffix(".csv").write_text("\n".join(results) + "\n")
    (found,) = experiments(table.parent)
    assert (found.title, found.about, found.columns) == ("Wider and narrower", "What width does.", ("distance", "kept"))
    wide, narrow = found.lines
    assert wide == Line("twice as wide", 3, (pytest.approx((0.7, 0.5, 0.9)), (250, 100, 400)))
    assert narrow == Line("half as wide", 2, (pytest.approx((0.3, 0.25, 0.35)), None))  # what nobody knows is no number
    assert found.codes == ("abc1234", "def5678")


def test_a_table_of_which_nothing_was_run_is_none(table):
    assert list(experiments(table.parent)) == []
    assert list(experiments(table.parent / "no such folder")) == []
    empty = read_results(table.with_suffix(".csv"), read_definition(table))
    assert list(empty.columns) == ["row", "seed", "code", "distance_to_real", "kept_iteration"] and not len(empty)


def test_a_commit_that_looks_like_a_number_stays_as_it_is(table):
    table.with_suffix(".csv").write_text("row,seed,code,distance_to_real,kept_iteration\nwide,1,0012345,0.5,100\n")
    assert list(read_results(table.with_suffix(".csv"), read_definition(table))["code"]) == ["0012345"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seeds: [1, 2]", "seeds: []", "seeds"),
        ("texture: melody", "textur: melody", "textur"),
        ("generator: crnn_gan}", "generators: crnn_gan}", "rows.narrow.generator"),
    ],
)
def test_a_definition_that_is_wrong_says_where(table, before, after, said):
    table.write_text(DEFINITION.replace(before, after))
    with pytest.raises(ExperimentError, match=said) as error:
        read_definition(table)
    assert str(table) in str(error.value)


def test_results_of_another_definition_are_refused(table):
    table.with_suffix(".csv").write_text("row,seed,code,distance_to_real\nwide,1,abc1234,0.5\n")
    with pytest.raises(ExperimentError, match="columns row, seed, code, distance_to_real, but its definition"):
        read_results(table.with_suffix(".csv"), read_definition(table))


def test_cells_as_people_read_them():
    assert (mean((0.7, 0.5, 0.9)), spread((0.7, 0.5, 0.9))) == ("0.700", "0.500 to 0.900")
    assert (mean(None), spread(None)) == ("–", "")


def test_the_tables_of_this_project_can_be_read():
    found = {path.stem: read_definition(path) for path in Path("experiments").glob("*.yaml")}
    assert {*found} >= {"ablation", "equal_minutes"}
    for name, definition in found.items():
        results = read_results(Path("experiments") / f"{name}.csv", definition)
        assert {*results["row"]} <= {*definition.rows}, name
        assert not results.duplicated(["row", "seed"]).any(), name
