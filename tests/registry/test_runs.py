"""What a run is told of a training's history."""

from counterpoint.registry.runs import _figures


def test_the_first_column_counts_the_steps_whatever_it_is(tmp_path):
    for counts in ("epoch", "check"):
        (tmp_path / "history.csv").write_text(f"{counts},iteration,diversity\n1,200,0.5\n2.0,400,\n", encoding="utf-8")
        assert list(_figures(tmp_path / "history.csv")) == [
            ("iteration", 200.0, 1),
            ("diversity", 0.5, 1),
            ("iteration", 400.0, 2),
        ]
