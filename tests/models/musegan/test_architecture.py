"""Sizes, and which of them cannot be."""

import json

import numpy as np
import pytest

from counterpoint import params
from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import Architecture, ArchitectureError
from counterpoint.models.musegan.fit import architecture
from tests.models.musegan.untrained import BAND, CHOIR

SIZES = {"tracks": 4, "bars": 2, "steps": 16, "voices": True}


def test_json_gives_the_same_sizes_again():
    sizes = Architecture(
        tracks=5,
        bars=3,
        steps=24,
        voices=False,
        composition="jamming",
        join="sum",
        noise=7,
        width=0.3,
        track_widths={1: 0.5, 4: 2.0},
        given=2,
        embedding=9,
        drums=(0, 3),
        ranges=((11, 23), (0, 81), (7, 7), (1, 2), (40, 60)),
    )
    assert Architecture.from_json(json.loads(json.dumps(sizes.to_json()))) == sizes
    assert Architecture.from_json(Architecture(**SIZES).to_json()) == Architecture(**SIZES)


def test_the_given_track_is_not_generated():
    assert Architecture(**SIZES).generated == (0, 1, 2, 3)
    assert Architecture(**SIZES, given=1).generated == (0, 2, 3)


def test_widths_are_shares_of_the_published_ones_and_four_at_least():
    sizes = Architecture(**SIZES, width=0.25, track_widths={2: 0.5})
    assert [sizes.units(1024), sizes.units(1024, 2), sizes.units(1024, 1), sizes.units(8)] == [256, 512, 256, 4]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"bars": 1}, "bars is 1: a phrase has two at least"),
        ({"steps": 12}, "steps is 12: a bar's steps are a multiple of 8"),
        ({"steps": 0}, "steps is 0"),
        ({"composition": "trio"}, "composition is 'trio', allowed are jamming, composer, hybrid"),
        ({"join": "mean"}, "join is 'mean', allowed are concatenate, sum"),
        ({"tracks": 0}, "tracks is 0"),
        ({"noise": 0}, "noise is 0"),
        ({"width": 0.0}, r"width is 0\.0"),
        ({"embedding": -1}, "embedding is -1"),
        ({"given": 4}, "the given track is 4, of 4 tracks"),
        ({"given": -1}, "the given track is -1, of 4 tracks"),
        ({"given": 0, "tracks": 1}, "the given track is 0, of 1 tracks"),
        ({"track_widths": {5: 0.5}}, "track_widths names track 5, generated are 0, 1, 2, 3"),
        ({"track_widths": {1: 0.5}, "given": 1}, "track_widths names track 1, generated are 0, 2, 3"),
        ({"track_widths": {1: 0.0}}, r"track_widths gives track 1 the width 0\.0"),
        ({"track_widths": {1: 0.5}, "composition": "composer"}, "composer has one for all"),
        ({"conductor": True, "composition": "composer"}, "composition is composer"),
        ({"conductor": True, "composition": "jamming"}, "composition is jamming"),
        ({"ranges": ((1, 2),)}, "ranges has 1 pairs of rows, for 4 tracks"),
        ({"ranges": ((1, 2), (4, 3), (5, 6), (7, 8))}, "ranges gives track 1 the rows 4 to 3"),
        ({"ranges": ((1, 2), (3, 4), (5, 6), (7, 82))}, "ranges gives track 3 the rows 7 to 82: they lie in 0 to 81"),
    ],
)
def test_sizes_that_cannot_be_are_refused_by_name(wrong, message):
    with pytest.raises(ArchitectureError, match=message):
        Architecture(**(SIZES | wrong))


def test_what_training_never_sounded_is_beyond_a_track_s_range():
    phrases = np.zeros((2, 4, 2, 16, PITCHES), bool)
    phrases[0, 0, 1, 3, [12, 40]] = phrases[1, 0, 0, 0, 9] = phrases[0, 3, 0, 0, 77] = True
    phrases[..., REST] = phrases[:, 1, ..., AGAIN] = True
    made = architecture(params.load().models.musegan, CHOIR, phrases)
    assert made.ranges == ((9, 40), (0, 81), (0, 81), (77, 77))
    assert made.drums == ()


def test_drums_are_named_by_the_layout():
    band = params.load().models.musegan.model_copy(update={"binarise": "threshold"})
    assert architecture(band, BAND, np.zeros((1, 3, 2, 8, PITCHES), bool)).drums == (0,)
