import pandas as pd
import pytest

from counterpoint import params
from counterpoint.stages.evaluate import bench
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
