import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from counterpoint.evaluation import learning
from tests.evaluation.pictures import colour_share


def history(epochs: int) -> pd.DataFrame:
    epoch = np.arange(1, epochs + 1)
    frame = pd.DataFrame({"epoch": epoch})
    for part, floor in (("note", 1.6), ("duration", 0.7)):
        frame[f"train_{part}"] = floor - 0.1 + 1.2 * np.exp(-epoch / 4)
        frame[f"validation_{part}"] = floor + np.exp(-epoch / 3) + 0.002 * epoch
    for split in ("train", "validation"):
        frame[f"{split}_joint"] = frame[f"{split}_note"] + frame[f"{split}_duration"]
    return frame


def game(checks: int) -> pd.DataFrame:
    check = np.arange(1, checks + 1)
    return pd.DataFrame(
        {
            "check": check,
            "iteration": 50 * check,
            "wasserstein": 9 / check,
            "penalty": 0.3 / check,
            "judged": np.sin(check),
            "used_pitch_classes": 6 - 3 * np.tanh(check / 5),
            "unique_bars": 1 - 0.1 / check,
            "diversity": 0.7 + 0.01 * check,
            "empty_bars": 0.2 / check,
            "distance_to_validation": 0.2 + 0.01 * (check - 3) ** 2,
        }
    )


def entropies(checks: int) -> pd.DataFrame:
    """C-RNN-GAN's columns."""
    check = np.arange(1, checks + 1)
    ours = {"discriminator_loss": 0.7 / check, "generator_loss": 0.7 + 0.1 * check}
    known = {"real_accuracy": 0.5 + 0.02 * check, "generated_accuracy": 0.6 + 0.02 * check}
    shared = game(checks).drop(columns=[*learning.LOSSES, "unique_bars", "empty_bars"])
    return shared.assign(unique_windows=1 - 0.1 / check, **ours, **known)


@pytest.mark.parametrize("epochs", [1, 24])
def test_epochs_have_both_splits_and_repeat_to_the_byte(tmp_path, epochs):
    for name in ("one.png", "two.png"):
        learning.draw_history(history(epochs), tmp_path / name, title="attention LSTM")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    picture = imread(tmp_path / "one.png")
    assert picture.shape[:2] == (800, 2200)
    assert colour_share(picture, learning.TRAIN) > 1e-5 and colour_share(picture, learning.VALIDATION) > 1e-4


@pytest.mark.parametrize("checks", [1, 12])
@pytest.mark.parametrize(("of", "losses"), [(game, learning.LOSSES), (entropies, learning.ENTROPIES)])
def test_a_game_has_its_three_panels_and_repeats_to_the_byte(tmp_path, of, losses, checks):
    for name in ("one.png", "two.png"):
        learning.draw_history(of(checks), tmp_path / name, title="a GAN")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    picture = imread(tmp_path / "one.png")
    assert picture.shape[:2] == (800, 2200)
    third = picture.shape[1] // 3
    shares = {name: learning.SHARES[name] for name in of(1) if name in learning.SHARES}
    for panel, series in ((0, losses), (2, shares)):
        drawn = picture[:, panel * third : (panel + 1) * third]
        assert all(colour_share(drawn, colour) > 1e-5 for _, colour in series.values())


def test_the_paper_s_measures_stand_below_beside_the_held_out_splits(tmp_path):
    beside = {"": 0.1, "_validation": 0.5, "_test": 0.9}
    checks = entropies(4)
    measured = checks.assign(**{f"{name}{of}": value for name in learning.MEASURES for of, value in beside.items()})
    learning.draw_game(measured, tmp_path / "game.png", title="a GAN")
    picture = imread(tmp_path / "game.png")
    assert picture.shape[:2] == (1500, 2200)
    quarter = picture.shape[1] // 4
    for panel in range(4):
        drawn = picture[760:, panel * quarter : (panel + 1) * quarter]
        assert all(colour_share(drawn, colour) > 1e-5 for _, colour, _ in learning.HELD_OUT.values())


def test_a_number_that_changes_changes_the_picture(tmp_path):
    learning.draw_game(game(5), tmp_path / "one.png", title="MuseGAN")
    for column in ("penalty", "unique_bars", learning.CHECKED):
        other = game(5)
        other.loc[1, column] += 0.05
        learning.draw_game(other, tmp_path / "two.png", title="MuseGAN")
        assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes(), column


def test_a_game_that_diverged_is_drawn(tmp_path):
    lost = game(4)
    lost.loc[1:, ["wasserstein", "diversity", "distance_to_validation"]] = np.nan
    learning.draw_game(lost, tmp_path / "one.png", title="MuseGAN")
    lost["distance_to_validation"] = np.nan
    learning.draw_game(lost, tmp_path / "two.png", title="MuseGAN")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize(
    ("distances", "kept"), [([0.5, 0.25, 0.25], 1), ([np.nan, 0.75, np.inf], 1), ([np.nan, np.inf], None), ([], None)]
)
def test_the_check_that_is_kept_is_the_first_of_the_least(distances, kept):
    assert learning.kept_row(np.array(distances, float)) == kept
