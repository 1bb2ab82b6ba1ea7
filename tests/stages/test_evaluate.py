import pandas as pd
import pytest

from counterpoint import params
from counterpoint.evaluation.judge import judge
from counterpoint.models.scoring import judged_figures
from counterpoint.stages.material import bench
from tests.stages.small import chorales, write_project


@pytest.mark.parametrize(("voice", "track"), [("Soprano", 0), ("Tenor", 2)])
def test_every_model_is_judged_as_melody_by_the_lines_of_melody_models(tmp_path, monkeypatch, voice, track) -> None:
    monkeypatch.chdir(tmp_path)
    notes, pieces = chorales()
    write_project(notes, pieces, {"melody": {"voice": voice}})
    columns = ["piece", "onset", "duration", "pitch"]
    test = notes["piece"].isin(pieces.loc[pieces["split"] == "test", "piece"])
    line = notes.loc[test & (notes["track"] == track), columns]
    found = bench("melody", params.load()).real[columns]
    pd.testing.assert_frame_equal(
        found.sort_values(columns, ignore_index=True), line.sort_values(columns, ignore_index=True)
    )


def test_an_undefined_figure_stays_undefined(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    notes, pieces = chorales()
    test = pieces["split"] == "test"
    write_project(notes, pieces[~test | ~test.duplicated()], {})  # one test piece: nothing to differ from
    against = bench("chords", params.load())
    assert against.real["piece"].nunique() == 1
    judgement = judge(notes[notes["piece"].isin(pieces.loc[~test, "piece"])], against)
    found = judged_figures({"chords": judgement, "melody": judgement}, "chords")
    assert found["distance_to_real"] is None and found["diversity"] is None
    assert found["melody_distance_to_real"] is None
    assert found["used_pitch_classes"] != found["used_pitch_classes_real"]
