"""Tables of experiments: definitions and results as people keep them, means and spreads by hand."""

from pathlib import Path

import pytest

from counterpoint.report.contents import Cell, Line
from counterpoint.report.experiments import ExperimentError, experiments, read_definition, read_results

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
ROWS = ("wide", "narrow", "never")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "widths.yaml"
    path.write_text(DEFINITION)
    return path


def write(table: Path, *lines: str) -> Path:
    """The CSV of `table`; a line is "row,seed,code,distance,kept"."""
    asked, results = read_definition(table).asked, table.with_suffix(".csv")
    rows = [line.split(",") for line in lines]
    told = [",".join([*row[:3], *([asked(row[0])] if row[0] in ROWS else [""]), *row[3:]]) for row in rows]
    results.write_text("\n".join(["row,seed,code,asked,distance_to_real,kept_iteration", *told, ""]))
    return results


def test_of_each_row_that_was_run_the_mean_the_least_and_the_most(table):
    write(table, "narrow,1,abc1234,0.25,", "wide,1,abc1234,0.5,100", "wide,2,def5678,0.7,400", "wide,3,def5678,0.9,")
    (found,) = experiments(table.parent)
    assert (found.title, found.about, found.columns) == ("Wider and narrower", "What width does.", ("distance", "kept"))
    wide, narrow = found.lines
    assert wide == Line("twice as wide", 3, (Cell(pytest.approx(0.7), 0.5, 0.9, 3), Cell(250, 100, 400, 2)))
    assert narrow == Line("half as wide", 1, (Cell(0.25, 0.25, 0.25, 1), None))  # what nobody knows is no number
    assert found.codes == ("abc1234", "def5678")


def test_a_table_of_which_nothing_was_run_is_none(table):
    assert list(experiments(table.parent)) == []
    assert list(experiments(table.parent / "no such folder")) == []
    empty = read_results(table.with_suffix(".csv"), read_definition(table))
    assert list(empty.columns) == ["row", "seed", "code", "asked", "distance_to_real", "kept_iteration"]
    assert not len(empty)


def test_a_commit_that_looks_like_a_number_stays_as_it_is(table):
    results = write(table, "wide,1,0012345,0.5,100")
    assert list(read_results(results, read_definition(table))["code"]) == ["0012345"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seeds: [1, 2]", "seeds: []", "seeds"),
        ("texture: melody", "textur: melody", "textur"),
        ("generator: crnn_gan}", "generators: crnn_gan}", "rows.narrow.generator"),
        ("narrow:", "half-as-wide:", "half-as-wide"),  # a dash stands between row and seed of an experiment's name
        ("rows:", "changes: {seed: 3}\nrows:", "name it in seeds"),
        ("{generator_width: 2}}}", "{generator_width: 2}}, seed: 7}", "rows.wide.changes: .*name it in seeds"),
        ("texture: melody", "texture: melodie", "texture"),
    ],
)
def test_a_definition_that_is_wrong_says_where(table, before, after, said):
    table.write_text(DEFINITION.replace(before, after))
    with pytest.raises(ExperimentError, match=said) as error:
        read_definition(table)
    assert str(table) in str(error.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("generator_width: 2", "generator_width: 3", "line 3: the definition has no row wide, or asks for something"),
        ("texture: melody", "texture: chords", "line 2: the definition"),
        ("narrow:", "slim:", "line 2: the definition has no row narrow"),
        (
            "kept_iteration: kept",
            "diversity: diversity",
            "columns are row, .*kept_iteration, its definition's .*diversity",
        ),
    ],
)
def test_results_of_another_definition_are_refused(table, before, after, said):
    results = write(table, "narrow,1,abc1234,0.5,", "wide,1,abc1234,0.5,")
    table.write_text(DEFINITION.replace(before, after))
    with pytest.raises(ExperimentError, match=said) as error:
        read_results(results, read_definition(table))
    assert str(results) in str(error.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["wide,1,abc1234,many,"], "line 2: .*many"),
        (["wide,1,abc1234,0.5,1", "wide,2,abc1234,0,5,1"], "line 3: .*longer"),
        (["wide,1,abc1234"], "line 2: .*shorter"),
        (["wide,,abc1234,0.5,1"], "line 2: .*int"),
        (["<<<<<<< HEAD"], "line 2: .*shorter"),
        (["wide,1,abc1234,0.5,1", "wide,1,def5678,0.6,1"], "two lines of wide by seed 1"),
        (["NA,1,abc1234,0.5,"], "no row NA"),
    ],
)
def test_results_that_were_spoilt_are_refused(table, lines, said):
    results = write(table, *lines)
    with pytest.raises(ExperimentError, match=said):
        read_results(results, read_definition(table))


def test_an_empty_file_is_no_table(table):
    table.with_suffix(".csv").write_text("")
    with pytest.raises(ExperimentError, match="its columns are none"):
        read_results(table.with_suffix(".csv"), read_definition(table))


def test_the_tables_of_this_project_can_be_read():
    found = {path.stem: read_definition(path) for path in Path("experiments").glob("*.yaml")}
    assert {*found} >= {"ablation", "equal_minutes"}
    for name, definition in found.items():
        results = read_results(Path("experiments") / f"{name}.csv", definition)
        assert {*results["row"]} <= {*definition.rows}, name
        assert not results.duplicated(["row", "seed"]).any(), name
