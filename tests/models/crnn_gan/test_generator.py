"""A C-RNN-GAN at work: seeded, the same alone and in company, as long as is asked for, between two points."""

import numpy as np
import pandas as pd
import pytest

from counterpoint.models.crnn_gan.generator import CRNNGAN, ROWS, load
from counterpoint.models.folder import ModelFolderError
from counterpoint.models.generator import Interpolator, Sampling
from tests.models.crnn_gan.small import CHORDS, MELODY, WHOLE, at_work, choices, made, write

LENGTH = 12  # tones: more than two windows of 5


@pytest.fixture(scope="module", params=["dense, continuous", "lstm, continuous", "dense, chosen", "lstm, chosen"])
def model(request) -> CRNNGAN:
    kind, output = request.param.split(", ")
    return at_work(kind, choices=choices() if output == "chosen" else ())


def piece(notes: pd.DataFrame, name: str) -> pd.DataFrame:
    return notes[notes["piece"] == name].reset_index(drop=True)


def unnamed(notes: pd.DataFrame) -> pd.DataFrame:
    return notes.drop(columns="piece").reset_index(drop=True)


def test_the_same_request_gives_the_same_music_and_another_seed_other(model):
    asked = Sampling(count=3, length=LENGTH, seed=8)
    notes = model.generate(asked)
    pd.testing.assert_frame_equal(model.generate(asked), notes)
    assert not model.generate(asked.model_copy(update={"seed": 9})).equals(notes)
    assert len({unnamed(piece(notes, name)).to_numpy().tobytes() for name in ("000", "001", "002")}) == 3


@pytest.mark.parametrize("count", [2, ROWS, ROWS + 1, 2 * ROWS + 3])
def test_a_piece_is_the_same_alone_and_among_others(model, count):
    alone = model.generate(Sampling(count=1, length=LENGTH, seed=4))
    among = model.generate(Sampling(count=count, length=LENGTH, seed=4))
    assert sorted(among["piece"].unique()) == [f"{number:03d}" for number in range(count)]
    pd.testing.assert_frame_equal(piece(among, "000"), alone)
    more = model.generate(Sampling(count=count + 1, length=LENGTH, seed=4))
    pd.testing.assert_frame_equal(more[more["piece"] != f"{count:03d}"].reset_index(drop=True), among)


@pytest.mark.parametrize("length", [1, 4, 5, LENGTH])
def test_a_melody_has_as_many_tones_as_are_asked_for_and_fewer_are_the_beginning_of_more(model, length):
    notes = model.generate(Sampling(count=2, length=length, seed=2))
    assert notes.groupby("piece").size().tolist() == [length] * 2
    longer = model.generate(Sampling(count=2, length=LENGTH + 3, seed=2))
    for name in ("000", "001"):
        begins = piece(longer, name)[:length]
        same = ["onset", "pitch", "velocity"]  # the last tone's length is cut where another follows
        pd.testing.assert_frame_equal(piece(notes, name)[same], begins[same])


def test_of_chords_it_writes_whole_steps(model):
    shape = model.network.sizes
    chords = at_work(shape.generator, CHORDS, choices=shape.choices and choices(CHORDS))
    values = []
    chords._values = lambda noise, made=chords._values: values.append(made(noise)) or values[-1]
    notes = chords.generate(Sampling(count=1, length=7, seed=2))
    assert values[0].shape[2] == 8 and 0 < len(notes) <= 6  # three steps of two tones
    assert chords.texture == "chords" and set(notes["program"]) == {19}
    assert len(chords.generate(Sampling(count=1, length=1, seed=2))) <= 2


def test_a_piece_without_noise_is_always_the_same(model):
    notes = model.generate(Sampling(count=2, length=LENGTH, noise_scale=0.0, seed=1))
    pd.testing.assert_frame_equal(unnamed(piece(notes, "000")), unnamed(piece(notes, "001")))
    loud = model.generate(Sampling(count=2, length=LENGTH, noise_scale=2.0, seed=1))
    assert not unnamed(piece(loud, "000")).equals(unnamed(piece(loud, "001")))


def test_between_two_pieces_the_ends_are_theirs(model):
    assert isinstance(model, Interpolator)
    between = model.interpolate(Sampling(length=LENGTH, seed=5), 6, 4)
    assert sorted(between["piece"].unique()) == ["000", "001", "002", "003"]
    for name, seed in (("000", 5), ("003", 6)):
        end = model.generate(Sampling(count=1, length=LENGTH, seed=seed))
        pd.testing.assert_frame_equal(unnamed(piece(between, name)), unnamed(end))
    middle = unnamed(piece(between, "001"))
    assert not any(middle.equals(unnamed(piece(between, name))) for name in ("000", "002", "003"))


def test_what_is_chosen_are_values_that_there_are():
    for kind in ("dense", "lstm"):
        notes = at_work(kind, choices=choices()).generate(Sampling(count=4, length=40, seed=3))
        assert {*notes["pitch"]} <= {*WHOLE[1]} and len({*notes["pitch"]}) > 2
        assert {*notes["velocity"]} == {*WHOLE[2]}
        gaps = notes.groupby("piece")["onset"].diff()[notes.groupby("piece").cumcount() % 5 > 0]
        assert {*gaps} <= {*WHOLE[3]} - {0} and len({*gaps}) > 1


def test_dense_windows_go_on_in_the_bar_where_they_begin():
    notes = at_work("dense", choices=choices()).generate(Sampling(count=8, length=40, seed=3))
    begins = notes.groupby("piece")["onset"].nth(slice(None, None, 5)) % 96
    assert len(begins) == 8 * 8 and {*begins} <= {*WHOLE[3]} and len({*begins}) > 1


def test_what_it_cannot_obey_is_refused(model):
    with pytest.raises(ValueError, match=r"does not obey temperature.* it obeys count, length, noise_scale, seed"):
        model.generate(Sampling(temperature=0.5))
    with pytest.raises(ValueError, match="does not obey count"):
        model.interpolate(Sampling(count=2), 3, 4)
    for steps in (1, 65):
        with pytest.raises(ValueError, match=f"steps is {steps}, allowed are 2 to 64"):
            model.interpolate(Sampling(), 3, steps)


def test_a_network_of_another_step_is_refused():
    with pytest.raises(ValueError, match="8 numbers, one of the scale 4"):
        CRNNGAN("crnn_gan", made("lstm", numbers=8), MELODY)


def test_a_folder_is_the_model_again_and_an_altered_one_is_refused(tmp_path, model):
    manifest = write(tmp_path / "model", model)
    loaded = load(tmp_path / "model")
    assert manifest.texture == loaded.texture == "melody" and loaded.name == "crnn_gan"
    asked = Sampling(count=2, length=LENGTH, seed=3)
    pd.testing.assert_frame_equal(loaded.generate(asked), model.generate(asked))
    (tmp_path / "model/encoding.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelFolderError, match="is not what was trained"):
        load(tmp_path / "model")


def test_a_folder_that_does_not_fit_together_is_refused(tmp_path):
    one = at_work("lstm")
    one.scale = CHORDS
    write(tmp_path / "model", one)
    with pytest.raises(ModelFolderError, match=r"cannot be put together.*not of one model"):
        load(tmp_path / "model")


def test_the_noise_of_a_window_goes_on_from_the_one_before_where_the_generator_does_not():
    dense, lstm = at_work("dense", noise=20_000), at_work("lstm", noise=4_000)
    lucky = at_work("dense", noise=1, steps=1000, choices=choices())
    for one, correlation in ((dense, 0.7), (lstm, 0.0), (lucky, 0.0)):
        noise = one._noise(Sampling(length=2 * one.network.sizes.steps, seed=1), 0)
        assert noise.shape == (2, *one.network.sizes.noise_shape) and noise.dtype == np.float32
        assert np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1] == pytest.approx(correlation, abs=0.03)
