import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.render.pianoroll import COLOURS, draw, draw_grid

DATA = Path(__file__).parents[1] / "data"


def painted(path: Path, colour: str) -> np.ndarray:
    """Rows and columns of the pixels of `colour` at full strength, blended by no more than a tenth."""
    picture = imread(path)[..., :3]
    return np.argwhere(np.abs(picture - np.array(to_rgb(colour))).max(axis=-1) < 0.1)


def two_notes(piece: str = "p") -> pd.DataFrame:
    """High and early on track 0, low and late on track 1."""
    return note_table(piece=piece, track=[0, 1], onset=[0, 72], duration=[24, 24], pitch=[76, 55], velocity=127)


def test_time_runs_to_the_right_and_pitch_upwards(tmp_path):
    draw(two_notes(), tmp_path / "roll.png")
    picture = imread(tmp_path / "roll.png")
    notes = []
    for colour in COLOURS[:2]:
        pixels = painted(tmp_path / "roll.png", colour)
        notes.append(pixels[pixels[:, 0] < 0.85 * picture.shape[0]])  # without the legend
    (high_row, early_column), (low_row, late_column) = (np.median(pixels, axis=0) for pixels in notes)
    assert high_row < low_row
    # One bar: the first and the last of its four beats.
    beats = (late_column - early_column) / 3
    assert np.ptp(notes[0][:, 1]) == pytest.approx(beats, abs=4)
    assert late_column + beats / 2 == pytest.approx(picture.shape[1], abs=15)


def test_louder_is_stronger(tmp_path):
    quiet = note_table(piece="p", onset=[0], duration=[96], pitch=[60], velocity=20)
    draw(quiet, tmp_path / "quiet.png")
    draw(quiet.assign(velocity=127), tmp_path / "loud.png")
    assert len(painted(tmp_path / "quiet.png", COLOURS[0])) == 0
    assert len(painted(tmp_path / "loud.png", COLOURS[0])) > 1_000


def test_equal_notes_are_equal_bytes_that_name_no_maker(tmp_path):
    notes, facts = read_midi((DATA / "chorales/bwv66.6.mid").read_bytes(), "p", max_notes=999, max_beats=99)
    for name in ("one", "two"):
        draw(notes, tmp_path / f"deep/{name}.png", title="Choral", track_names=facts.track_names)
    one = (tmp_path / "deep/one.png").read_bytes()
    assert one == (tmp_path / "deep/two.png").read_bytes()
    assert b"Software" not in one and b"tIME" not in one and b"tEXt" not in one
    draw(notes.drop(index=5), tmp_path / "other.png", title="Choral", track_names=facts.track_names)
    assert one != (tmp_path / "other.png").read_bytes()


def test_names_and_metre_are_drawn(tmp_path):
    variants = [{}, {"title": "Lied"}, {"track_names": ("Flute", "Cello")}, {"time_signature": (3, 4)}]
    for k, options in enumerate(variants):
        draw(two_notes(), tmp_path / f"{k}.png", **options)
    assert len({(tmp_path / f"{k}.png").read_bytes() for k in range(4)}) == 4


def test_many_tracks_with_drums(tmp_path):
    for name in ("freedoom1_D_INTROA", "freedoom1_D_E3M8"):
        data = (DATA / f"freedoom/{name}.mid").read_bytes()
        notes, facts = read_midi(data, name, max_notes=9_999, max_beats=999)
        draw(notes, tmp_path / f"{name}.png", title=name, track_names=facts.track_names)
        assert len(painted(tmp_path / f"{name}.png", COLOURS[1])) > 30
    assert imread(tmp_path / "freedoom1_D_E3M8.png").shape[1] == 2200  # the widest, 20 inches at 110 dots


def test_grid_is_one_roll_a_piece_on_one_time_axis(tmp_path):
    long = note_table(piece="a", onset=[0], duration=[192], pitch=[70], velocity=127)
    short = note_table(piece="b", onset=[0], duration=[96], pitch=[70], velocity=127)
    draw_grid(pd.concat([long, short], ignore_index=True), tmp_path / "grid.png", ["first", "second"])
    pixels = painted(tmp_path / "grid.png", COLOURS[0])
    middle = imread(tmp_path / "grid.png").shape[0] / 2
    upper, lower = pixels[pixels[:, 0] < middle], pixels[pixels[:, 0] > middle]
    assert np.ptp(upper[:, 1]) == pytest.approx(2 * np.ptp(lower[:, 1]), abs=4)
    assert upper[:, 1].min() == lower[:, 1].min()


def test_the_tracks_of_a_grid_have_names(tmp_path):
    for name, options in {"plain": {}, "named": {"track_names": ("Flute", "Cello")}}.items():
        draw_grid(two_notes(), tmp_path / f"{name}.png", **options)
    draw(two_notes(), tmp_path / "alone.png", title="p", track_names=("Flute", "Cello"))
    plain, named, alone = ((tmp_path / f"{name}.png").read_bytes() for name in ("plain", "named", "alone"))
    assert plain != named == alone


def test_a_piece_without_notes_is_an_empty_roll(tmp_path):
    draw(empty_notes(), tmp_path / "empty.png", title="silence")
    draw_grid(empty_notes(), tmp_path / "grid.png")
    for name in ("empty.png", "grid.png"):  # the eighth colour is a grey, as letters are
        assert all(len(painted(tmp_path / name, colour)) == 0 for colour in COLOURS[:7])


def test_what_cannot_be_drawn_is_refused(tmp_path):
    pair = pd.concat([two_notes("a"), two_notes("b")], ignore_index=True)
    with pytest.raises(ValueError, match="2 pieces: draw takes one"):
        draw(pair, tmp_path / "x.png")
    with pytest.raises(ValueError, match="1 titles for 2 pieces"):
        draw_grid(pair, tmp_path / "x.png", ["only"])


def test_pyplot_and_its_global_state_stay_unloaded():
    code = "import sys, counterpoint.render.pianoroll; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
