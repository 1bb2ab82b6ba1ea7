import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from counterpoint.evaluation import charts
from tests.evaluation.pictures import colour_share

TABLE = pd.DataFrame(
    {
        "smoothing": ["witten_bell"] * 5 + ["kneser_ney"] * 5,
        "order": [1, 2, 3, 4, 5] * 2,
        "note_nll": np.linspace(2.9, 1.8, 10),
        "duration_nll": np.linspace(1.0, 0.8, 10),
        "joint_nll": [3.85, 2.87, 2.63, 2.65, 2.79, 3.84, 2.86, 2.60, 2.61, 2.64],
    }
)
METRICS = {
    "test_joint_nll": 2.34,
    "test_joint_nll_low": 2.25,
    "test_joint_nll_high": 2.44,
    "improvement_percent": 10.0,
    "improvement_percent_low": 8.6,
    "improvement_percent_high": 11.5,
    "test_events": 2552,
    "test_pieces": 42,
}


def test_likelihoods_are_drawn_to_scale_and_repeat_to_the_byte(tmp_path):
    charts.draw_likelihoods(TABLE, METRICS, tmp_path / "new" / "one.png", model="attention LSTM")
    charts.draw_likelihoods(TABLE, METRICS, tmp_path / "two.png", model="attention LSTM")
    assert (tmp_path / "new" / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    picture = imread(tmp_path / "two.png")
    assert picture.shape[:2] == (900, 1600)
    shares = {colour: colour_share(picture, colour) for colour in (charts.WITTEN_BELL, charts.KNESER_NEY, charts.MODEL)}
    # Areas of bars are as their nats; the model's is twice as wide as one of theirs at 0.92, and bears its figure.
    assert shares[charts.KNESER_NEY] / shares[charts.WITTEN_BELL] == pytest.approx(14.55 / 14.79, abs=0.04)
    assert shares[charts.MODEL] / shares[charts.WITTEN_BELL] == pytest.approx(2.34 * 2 / 0.92 / 14.79, rel=0.12)


def test_other_figures_are_another_picture(tmp_path):
    charts.draw_likelihoods(TABLE, METRICS, tmp_path / "one.png", model="attention LSTM")
    charts.draw_likelihoods(TABLE, METRICS | {"test_joint_nll": 2.35}, tmp_path / "two.png", model="attention LSTM")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()


def test_a_table_of_order_one_alone_can_be_drawn(tmp_path):
    charts.draw_likelihoods(TABLE[TABLE["order"] == 1], METRICS, tmp_path / "one.png", model="x")
    assert colour_share(imread(tmp_path / "one.png"), charts.MODEL) > 0.05
