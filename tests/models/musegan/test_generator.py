"""A MuseGAN at work: seeded, the same alone and in company, whole bars, coherent, accompanying, between two points."""

import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings.layout import AGAIN, REST
from counterpoint.encodings.pianoroll import encode
from counterpoint.models import catalog
from counterpoint.models.folder import ModelFolderError, NonFiniteWeights
from counterpoint.models.generator import Accompanist, Interpolator, Sampling
from counterpoint.models.musegan.generator import MuseGAN, load
from counterpoint.models.musegan.given import Given
from counterpoint.models.musegan.keys import Keys, shift_to_common
from counterpoint.models.musegan.pieces import ROWS
from counterpoint.models.weights import WEIGHTS
from counterpoint.notes.keys import transpose
from counterpoint.notes.table import SORT_KEYS, empty_notes, validate
from tests.models.musegan.untrained import BAND, CHOIR, bach, generator, listening, network, write

COUNTS = [2, ROWS, ROWS + 1, 2 * ROWS + 3]


@pytest.fixture(scope="module")
def choir() -> MuseGAN:
    return generator()


@pytest.fixture(scope="module")
def accompanist() -> MuseGAN:
    """Given the soprano; real sopranos come with it."""
    bars = encode(bach(), CHOIR)
    given = Given.of(bars, np.arange(len(bars.pieces), dtype=np.int8), 0)
    return MuseGAN("musegan_accompany", listening(network(given=0)), CHOIR, "argmax", given=given)


@pytest.fixture(scope="module")
def soprano() -> pd.DataFrame:
    notes = bach(1)
    return notes[notes["track"] == 0].reset_index(drop=True)


def piece(notes: pd.DataFrame, name: str) -> pd.DataFrame:
    return notes[notes["piece"] == name].reset_index(drop=True)


def unnamed(notes: pd.DataFrame) -> pd.DataFrame:
    return notes.drop(columns="piece").reset_index(drop=True)


def test_the_same_request_gives_the_same_music_and_another_seed_other(choir):
    asked = Sampling(count=3, bars=5, seed=8)
    notes = choir.generate(asked)
    pd.testing.assert_frame_equal(choir.generate(asked), notes)
    assert not choir.generate(asked.model_copy(update={"seed": 9})).equals(notes)
    assert len({tuple(map(tuple, unnamed(piece(notes, name)).to_numpy())) for name in ("000", "001", "002")}) == 3


@pytest.mark.parametrize("count", COUNTS)
def test_a_piece_is_the_same_alone_and_among_others(choir, accompanist, count):
    for made in (choir, accompanist):
        alone = made.generate(Sampling(count=1, bars=5, seed=4))
        among = made.generate(Sampling(count=count, bars=5, seed=4))
        assert sorted(among["piece"].unique()) == [f"{number:03d}" for number in range(count)]
        pd.testing.assert_frame_equal(piece(among, "000"), alone)
        more = made.generate(Sampling(count=count + 1, bars=5, seed=4))
        pd.testing.assert_frame_equal(more[more["piece"] != f"{count:03d}"].reset_index(drop=True), among)


def test_what_it_writes_are_the_layouts_voices(choir):
    notes = choir.generate(Sampling(count=9, bars=6, seed=1))
    programs = notes.groupby("track")["program"].unique()
    assert [programs[track].tolist() for track in range(4)] == [[52], [68], [60], [70]]
    assert not notes["is_drum"].any() and (notes["onset"] % CHOIR.step_ticks == 0).all()
    assert (notes["onset"] + notes["duration"]).max() <= 6 * CHOIR.bar_ticks
    ordered = notes.sort_values(["piece", "track", "onset"])
    same = (ordered[["piece", "track"]] == ordered[["piece", "track"]].shift()).all(axis=1)
    ends = (ordered["onset"] + ordered["duration"]).shift()
    assert (ordered["onset"][same] >= ends[same]).all()


def test_fewer_bars_are_the_beginning_of_more(choir):
    short, long = (encode(choir.generate(Sampling(count=3, bars=bars, seed=2)), CHOIR) for bars in (5, 8))
    assert np.diff(short.offsets).tolist() == [5, 5, 5] and np.diff(long.offsets).tolist() == [8, 8, 8]
    for number in range(3):
        np.testing.assert_array_equal(short.rolls[5 * number :][:5], long.rolls[8 * number :][:5])


def test_every_phrase_begins_anew(choir):
    bars = encode(choir.generate(Sampling(count=12, bars=8, seed=2)), CHOIR)
    rolls = bars.rolls.reshape(12, 8, 4, 16, -1)
    same = rolls[:, :-1, :, -1, :REST] & rolls[:, 1:, :, 0, :REST]  # a pitch goes on over the bar line
    struck = rolls[:, 1:, :, 0, AGAIN]
    between = same.any(axis=-1)[:, 1::2]  # after bars 1, 3, 5
    assert between.sum() > 10 and struck[:, 1::2][between].all()
    inside = same.any(axis=-1)[:, 0::2]
    assert inside.sum() > 10 and not struck[:, 0::2][inside].all()


def test_phrases_of_one_piece_are_more_alike_than_those_of_different_pieces(choir):
    bars = encode(choir.generate(Sampling(count=64, bars=8, seed=5)), CHOIR)
    sounding = bars.rolls[..., : REST - 10].reshape(64, 4, -1, 6, 12).sum(axis=(2, 3))
    classes = sounding / sounding.sum(axis=-1, keepdims=True)  # (pieces, phrases, pitch classes)
    neighbours = np.abs(classes[:, 1:] - classes[:, :-1]).sum(axis=-1)
    strangers = np.abs(classes[1:, 1:] - classes[:-1, :-1]).sum(axis=-1)
    assert neighbours.mean() < 0.9 * strangers.mean()


def test_noise_scale_0_is_always_the_same_and_more_is_more_various(choir):
    still = choir.generate(Sampling(count=3, bars=4, seed=1, noise_scale=0))
    assert len({tuple(map(tuple, unnamed(piece(still, name)).to_numpy())) for name in ("000", "001", "002")}) == 1
    usual, wide = (
        choir.generate(Sampling(count=32, bars=2, seed=1, noise_scale=scale))["pitch"].nunique() for scale in (0.1, 2)
    )
    assert usual < wide


def test_what_it_cannot_do_is_refused_by_name(choir, accompanist, soprano):
    with pytest.raises(ValueError, match=r"^musegan does not obey length, temperature: leave it out"):
        choir.generate(Sampling(length=20, temperature=1.0))
    with pytest.raises(ValueError, match=r"this model, musegan, does not accompany.*; musegan_accompany does"):
        choir.accompany(soprano, Sampling())
    with pytest.raises(ValueError, match="accompanying by musegan_accompany does not obey bars"):
        accompanist.accompany(soprano, Sampling(bars=3))
    with pytest.raises(ValueError, match=r"pieces whose given track came with the model has .*: ask for no more"):
        accompanist.generate(Sampling(bars=200))
    with pytest.raises(ValueError, match="interpolating by musegan does not obey count"):
        choir.interpolate(Sampling(count=2), 3, 4)
    for steps in (1, 65):
        with pytest.raises(ValueError, match=f"steps is {steps}, allowed are 2 to 64"):
            choir.interpolate(Sampling(), 3, steps)
    with pytest.raises(ValueError, match="seed"):
        choir.interpolate(Sampling(), -3, 5)
    assert isinstance(accompanist, Accompanist) and isinstance(choir, Interpolator)


def test_an_interpolation_ends_in_what_each_seed_generates(choir, accompanist):
    for made in (choir, accompanist):
        way = made.interpolate(Sampling(seed=3, bars=5, noise_scale=0.9), other_seed=11, steps=6)
        assert sorted(way["piece"].unique()) == [f"{number:03d}" for number in range(6)]
        for name, seed in (("000", 3), ("005", 11)):
            end = made.generate(Sampling(seed=seed, bars=5, noise_scale=0.9))
            pd.testing.assert_frame_equal(unnamed(piece(way, name)), unnamed(end))


def test_an_interpolation_goes_step_by_step(choir):
    bars = encode(choir.interpolate(Sampling(seed=3, bars=4), other_seed=11, steps=9), CHOIR)
    rolls = bars.rolls.reshape(9, 4, -1)
    from_first = (rolls != rolls[:1]).sum(axis=(1, 2))
    steps = (rolls[1:] != rolls[:-1]).sum(axis=(1, 2))
    assert from_first[1] < from_first[4] and (steps < from_first[-1]).all()
    assert len(np.unique(rolls.reshape(9, -1), axis=0)) == 9


def test_it_accompanies_a_real_soprano_which_stays_as_it_is(accompanist, soprano):
    asked = Sampling(count=3, seed=7)
    off_the_grid = soprano["onset"] + 1
    theirs = validate(soprano.assign(piece="mine", track=5, program=73, velocity=61, onset=off_the_grid))
    notes = accompanist.accompany(theirs, asked)
    bars = int((soprano["onset"] + soprano["duration"]).max()) // CHOIR.bar_ticks
    for name in ("000", "001", "002"):
        got = piece(notes, name)
        pd.testing.assert_frame_equal(unnamed(got[got["track"] == 0]), unnamed(theirs.assign(track=np.int16(0))))
        others = got[got["track"] != 0]
        assert set(others["track"]) == {1, 2, 3}
        assert (bars - 1) * CHOIR.bar_ticks < (others["onset"] + others["duration"]).max() <= bars * CHOIR.bar_ticks
    assert notes.equals(notes.sort_values(SORT_KEYS, kind="stable", ignore_index=True))
    pd.testing.assert_frame_equal(
        accompanist.accompany(theirs, asked.model_copy(update={"count": 1})), piece(notes, "000")
    )


def test_the_given_track_is_heard_where_it_is(accompanist, soprano):
    """Another note in bar 3 changes the other tracks' bar 3 and no other."""
    changed = soprano.copy()
    there = (soprano["onset"] // CHOIR.bar_ticks == 3).to_numpy()
    changed.loc[there, "pitch"] += 4
    ours, theirs = (
        encode(accompanist.accompany(track, Sampling(seed=3)), CHOIR).rolls[:, 1:] for track in (soprano, changed)
    )
    different = (ours != theirs).any(axis=(1, 2, 3))
    assert np.flatnonzero(different).tolist() == [3]


def test_pieces_of_an_accompanist_hold_real_passages(accompanist):
    notes = accompanist.generate(Sampling(count=5, bars=3, seed=2))
    made, real = encode(notes, CHOIR).rolls.reshape(5, 3, 4, 16, -1)[:, :, 0], accompanist.given.rolls
    real = real.copy()
    windows = np.stack([real[start : start + 3] for start in range(len(real) - 2)])
    windows[:, 0, 0, AGAIN] = False
    for passage in made:
        assert (windows == passage).all(axis=(1, 2, 3)).sum() >= 1
    assert len(np.unique(made.reshape(5, -1), axis=0)) > 1


def test_music_of_the_common_key_goes_to_a_real_one(choir):
    asked = Sampling(count=9, bars=4, seed=3)
    plain = choir.generate(asked)
    one = MuseGAN("musegan", choir.network, CHOIR, "argmax", Keys(np.array([5]), np.array([60.0])))
    pd.testing.assert_frame_equal(one.generate(asked), transpose(plain, -5))
    several = MuseGAN("musegan", choir.network, CHOIR, "argmax", Keys(np.arange(-5, 7), np.full(12, 60.0)))
    notes = several.generate(asked)
    moved = (notes["pitch"] - plain["pitch"]).groupby(notes["piece"])
    assert (moved.nunique() == 1).all()
    assert len(set(moved.first())) > 3 and set(moved.first()) <= {-shift for shift in range(-5, 7)}
    pd.testing.assert_frame_equal(several.generate(Sampling(bars=4, seed=3)), piece(notes, "000"))
    way = several.interpolate(Sampling(seed=3, bars=4), 8, 3)
    for name, seed in (("000", 3), ("002", 8)):
        end = several.generate(Sampling(seed=seed, bars=4))
        pd.testing.assert_frame_equal(unnamed(piece(way, name)), unnamed(end))


def test_a_track_is_accompanied_in_its_own_key(accompanist, soprano):
    keys = Keys(np.array([1, 2]), np.array([60.0, 61.0]))
    common = MuseGAN("musegan_accompany", accompanist.network, CHOIR, "argmax", keys, accompanist.given)
    lowest, highest = shift_to_common(soprano), shift_to_common(transpose(soprano, 3))
    assert lowest != highest
    there = common.accompany(transpose(soprano, 3), Sampling(seed=5))
    pd.testing.assert_frame_equal(there, transpose(common.accompany(soprano, Sampling(seed=5)), 3))
    in_c = accompanist.accompany(transpose(soprano, lowest), Sampling(seed=5))
    pd.testing.assert_frame_equal(transpose(in_c, -lowest), common.accompany(soprano, Sampling(seed=5)))
    # What it is asked to write by itself goes back to the key that its passage came from.
    ours, theirs = (made.generate(Sampling(seed=5, bars=2)) for made in (common, accompanist))
    shifts = (ours["pitch"] - theirs["pitch"]).unique()
    assert len(shifts) == 1 and -shifts[0] in accompanist.given.shift


@pytest.mark.parametrize("way", ["threshold", "bernoulli"])
@pytest.mark.parametrize("given", [None, 2])
def test_a_band_is_polyphonic_and_has_drums(way, given):
    real = None
    if given is not None:
        notes = bach(2)
        bass = notes[notes["track"] == 3].assign(track=given)
        real = Given.of(encode(bass, BAND), np.zeros(2, np.int8), given)
    composition = "hybrid" if given else "jamming"
    band = generator(BAND, way=way, given=given, bars=3, composition=composition, real=real)
    notes = band.generate(Sampling(count=9, bars=4, seed=6))
    assert band.texture == "band" and set(notes["track"]) == {0, 1, 2}
    assert notes["is_drum"].equals(notes["track"] == 0)
    assert (notes.loc[notes["is_drum"], "duration"] == BAND.step_ticks).all()
    assert notes[notes["track"] == 1].groupby(["piece", "onset"]).size().max() > 1
    pd.testing.assert_frame_equal(band.generate(Sampling(bars=4, seed=6)), piece(notes, "000"))
    way_there = band.interpolate(Sampling(seed=6, bars=4), 2, 2)
    pd.testing.assert_frame_equal(piece(way_there, "000"), piece(notes, "000"))


def test_silence_is_an_empty_table():
    silent = generator(BAND)
    for net in silent.network.bars:
        net.layers[-1].kernel.assign(np.zeros(net.layers[-1].kernel.shape))
        net.layers[-1].bias.assign([-0.1])
    pd.testing.assert_frame_equal(silent.generate(Sampling(count=2, bars=3)), empty_notes())


@pytest.mark.parametrize("name", ["musegan", "musegan_accompany"])
def test_loaded_from_its_folder_it_writes_the_same(tmp_path, choir, accompanist, name):
    keys = Keys(np.arange(-5, 7), np.linspace(55, 66, 12))
    made = choir if name == "musegan" else MuseGAN(name, accompanist.network, CHOIR, "argmax", keys, accompanist.given)
    manifest = write(tmp_path / "model", made, name=name)
    loaded, asked = catalog.load(tmp_path / "model"), Sampling(count=3, bars=5, seed=12)
    assert (loaded.name, loaded.texture, manifest.texture) == (name, "voices", "voices")
    pd.testing.assert_frame_equal(loaded.generate(asked), made.generate(asked))


def test_damaged_folders_are_refused(tmp_path, choir):
    write(tmp_path / "flipped", choir)
    weights = tmp_path / "flipped" / WEIGHTS
    content = bytearray(weights.read_bytes())
    content[-100] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelFolderError, match=r"model\.weights\.h5 is not what was trained"):
        load(tmp_path / "flipped")
    write(tmp_path / "way", choir, way="threshold")
    with pytest.raises(ModelFolderError, match="cannot be put together: binarise is 'threshold'"):
        load(tmp_path / "way")
    other = MuseGAN("musegan", choir.network, CHOIR, "argmax")
    other.layout = BAND
    write(tmp_path / "layout", other)
    with pytest.raises(ModelFolderError, match="not of one model"):
        load(tmp_path / "layout")


def test_a_model_whose_training_diverged_is_refused(tmp_path):
    diverged = generator()
    diverged.network.variables[0].assign(diverged.network.variables[0] * np.nan)
    write(tmp_path / "nan", diverged)
    with pytest.raises(NonFiniteWeights, match="weight 000"):
        load(tmp_path / "nan")
