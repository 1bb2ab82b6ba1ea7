"""The names of tracks: of every texture, and those that the layouts of piano rolls bear."""

from typing import get_args

import pytest

from counterpoint import params
from counterpoint.encodings.arrange import fit_layout
from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.evaluation.textures import Texture
from counterpoint.notes.table import empty_notes


def test_every_texture_has_names():
    assert tuple(TRACK_NAMES) == get_args(Texture)
    assert TRACK_NAMES["voices"] == ("soprano", "alto", "tenor", "bass")
    assert TRACK_NAMES["band"] == ("drums", "piano", "guitar", "bass", "strings")


@pytest.mark.parametrize("view", ["voices", "band"])
def test_a_layouts_tracks_are_the_textures(view):
    settings = params.load().pianoroll.model_copy(update={"view": view})
    assert tuple(track.name for track in fit_layout(empty_notes(), settings).tracks) == TRACK_NAMES[view]
