import pytest

from counterpoint.encodings import band
from counterpoint.encodings.layout import Layout, LayoutError, Track
from counterpoint.notes import table, voices
from counterpoint.params import data
from tests.encodings.rolls import TRIO, VOICE


@pytest.mark.parametrize("layout", [TRIO, VOICE], ids=lambda layout: layout.view)
def test_json_and_back(layout):
    assert Layout.from_json(layout.to_json()) == layout


def test_what_follows_from_the_view_and_the_steps():
    assert (TRIO.monophonic, VOICE.monophonic) == (False, True)
    assert (TRIO.step_ticks, VOICE.step_ticks) == (6, 6)
    assert Layout("band", (Track("a", 1, False),), bar_ticks=72, steps=24).step_ticks == 3


@pytest.mark.parametrize("steps", [0, 7, 32])
def test_steps_that_do_not_divide_a_bar_are_refused(steps):
    with pytest.raises(LayoutError, match=f"a bar of 48 ticks cannot be cut into {steps} equal steps"):
        Layout("band", TRIO.tracks, bar_ticks=48, steps=steps)


def test_params_count_the_ticks_and_tracks_that_tables_do():
    assert data.TICKS_PER_QUARTER == table.TICKS_PER_QUARTER
    assert {"voices": voices.VOICES, "band": len(band.TRACKS)} == data.TRACKS_OF_VIEW
