"""Pictures whose shapes can be computed by hand."""

from xml.etree import ElementTree

import pytest

from counterpoint.report.plots import densities, interval_axis, interval_plot, scale, side_by_side


def shapes(svg: str, tag: str, kind: str = "") -> list[dict[str, str]]:
    return [part.attrib for part in ElementTree.fromstring(svg).iter(tag) if kind in part.get("class", "")]


@pytest.mark.parametrize(
    ("values", "end", "step"),
    [([2.4, 0.1, None], 3, 1), ([0.19], 0.2, 0.05), ([7, 8.0], 8, 2), ([1.0], 1, 0.5), ([11], 15, 5), ([], 1, 0.5)],
)
def test_scales_end_at_round_numbers(values, end, step):
    found = scale(values)
    assert (found.end, found.step) == (pytest.approx(end), pytest.approx(step))


def test_an_interval_stands_where_its_numbers_say():
    of = scale([4.0])
    svg = interval_plot(1.0, 0.5, 2.0, of, "generator", "Distance of <A>")
    (dot,) = shapes(svg, "circle", "dot")
    left, right = of.x(0), of.x(4)
    assert float(dot["cx"]) == pytest.approx(left + (right - left) / 4, abs=0.06)
    line = shapes(svg, "line", "whisker generator")[0]
    assert float(line["x1"]) == pytest.approx(left + (right - left) / 8, abs=0.06)
    assert float(line["x2"]) == pytest.approx((left + right) / 2, abs=0.06)
    assert "<title>Distance of &lt;A&gt;</title>" in svg and "interval 0.500 to 2.00" in svg
    assert len(shapes(svg, "line", "grid")) == svg.count("grid") == 5


def test_an_unknown_interval_has_no_mark_and_beyond_the_scale_is_its_end():
    of = scale([4.0])
    assert shapes(interval_plot(None, None, None, of, "reference", "t"), "circle") == []
    (dot,) = shapes(interval_plot(9.0, None, None, of, "reference", "t"), "circle")
    assert float(dot["cx"]) == pytest.approx(of.x(4.0), abs=0.06)
    assert "<text" in interval_axis(of)


def test_bars_are_as_high_as_their_share_of_the_highest():
    svg = side_by_side(["a", "<b>", "c"], [0.4, 0.1, None], [0.2, 0.0, 0.3], "Bars")
    real, generated = ([float(bar["height"]) for bar in shapes(svg, "rect", kind)] for kind in ("real", "generated"))
    assert real == pytest.approx([138, 34.5], abs=0.06) and generated == pytest.approx([69, 103.5], abs=0.06)
    begins = [float(bar["x"]) for bar in shapes(svg, "rect", "real")]
    ours, theirs = float(shapes(svg, "rect", "real")[0]["x"]), float(shapes(svg, "rect", "generated")[0]["x"])
    assert begins[0] < begins[1] and ours < theirs < begins[1]
    assert "&lt;b&gt;: 0.100 held-out, 0 generated" in svg and "c: – held-out, 0.300 generated" in svg


def test_crowded_labels_are_thinned():
    assert side_by_side(range(12), [1] * 12, [2] * 12, "t").count("<text") == 12
    assert side_by_side(range(100, 148), [1] * 48, [2] * 48, "t").count("<text") == 12
    assert "<rect" not in side_by_side([], [], [], "t")


def test_densities_share_their_axes():
    svg = densities([0, 1, 2], [0.0, 1.0, 0.0], [0.0, 0.25, 0.5], "t", "d")
    real, generated = (shapes(svg, "polyline", kind)[0]["points"].split() for kind in ("real", "generated"))
    assert real == ["8.0,146.0", "181.0,8.0", "354.0,146.0"]
    assert generated == ["8.0,146.0", "181.0,111.5", "354.0,77.0"]


def test_densities_without_a_number_are_nothing():
    assert densities([0, 1], [None, None], [None, None], "t", "d") == ""
    assert len(shapes(densities([0, 1], [None, None], [1, 2], "t", "d"), "polyline")) == 1
