"""What a model folder says it can, of every kind of generator: real ones, never trained."""

from pathlib import Path

import numpy as np
import pytest

from counterpoint.encodings.pianoroll import encode
from counterpoint.models.crnn_gan.generator import CRNNGAN
from counterpoint.models.folder import ModelFolderError, seal
from counterpoint.models.generator import Sampling
from counterpoint.models.musegan.given import Given
from counterpoint.serving.loaded import WHO_COULD, Loaded, load
from counterpoint.serving.request import ENDPOINTS, FORMATS
from tests.models.crnn_gan import small
from tests.models.musegan import untrained as musegan

from .untrained import LINEAGE, write_model

PACKED = {"tempo_bpm": 72.0, "metrics": {"pitch_range": 9.5}, "aliases": ["champion"]}
MADE = ["count", "seed"]
WRITTEN = ["tempo", "key", "format"]


def loaded(folder: Path) -> Loaded:
    return load(folder, "# A card\n", PACKED, "abc-12")


def crnn_gan(folder: Path) -> Path:
    model: CRNNGAN = small.at_work(scale=small.CHORDS)
    small.write(folder, model)
    (folder / "params.json").write_text('{"seed": 4}', encoding="utf-8")
    seal(folder, model.name, model.texture, LINEAGE)
    return folder


def plain_musegan(folder: Path) -> Path:
    musegan.write(folder, musegan.generator())
    return folder


def accompanist(folder: Path) -> Path:
    bars = encode(musegan.bach(2), musegan.CHOIR)
    given = Given.of(bars, np.zeros(len(bars.pieces), np.int8), 0)
    musegan.write(folder, musegan.generator(given=0, real=given), name="musegan_accompany")
    return folder


@pytest.mark.parametrize(
    ("write", "name", "texture", "can", "obeyed"),
    [
        (
            write_model,
            "attention_lstm",
            "melody",
            ["continue"],
            [*MADE, "length", "temperature", "duration_temperature", "top_k", "top_p", *WRITTEN],
        ),
        (plain_musegan, "musegan", "voices", ["interpolate"], [*MADE, "bars", "noise_scale", *WRITTEN, "to", "steps"]),
        (
            accompanist,
            "musegan_accompany",
            "voices",
            ["accompany", "interpolate"],
            [*MADE, "bars", "noise_scale", *WRITTEN, "to", "steps"],
        ),
        (crnn_gan, "crnn_gan", "chords", ["interpolate"], [*MADE, "length", "noise_scale", *WRITTEN, "to", "steps"]),
    ],
)
def test_a_model_says_what_it_can_and_who_could_the_rest(
    write, name: str, texture: str, can: list[str], obeyed: list[str], tmp_path: Path
) -> None:
    got = loaded(write(tmp_path / "model"))
    assert got.can == {"generate", "evaluate", *can}
    assert (got.tempo_bpm, got.about["generator"], got.about["texture"]) == (72.0, name, texture)
    assert got.about["can"] == [path[1:] for path in ENDPOINTS if path[1:] in {"generate", "evaluate", *can}]
    assert got.about["cannot"] == {doing: WHO_COULD[doing] for doing in WHO_COULD if doing not in can}
    assert got.about["formats"] == list(FORMATS)
    assert got.about["tracks"] == list(got.track_names)
    assert set(got.about["controls"]) == set(obeyed)
    for doing in ("generate", "evaluate", *can):
        assert got.refusal(doing) == ""
    for doing in set(WHO_COULD) - set(can):
        said = got.refusal(doing)
        assert said == f"the packaged model, {name}, cannot {doing}: {WHO_COULD[doing]}; GET /model says what it can"


def test_a_control_says_its_range_its_default_and_what_it_is(tmp_path: Path) -> None:
    controls = loaded(crnn_gan(tmp_path / "model")).about["controls"]
    assert controls["length"] == {
        "description": "at most so many events a piece; it may end earlier by itself",
        "default": 128,
        "kind": "integer",
        "minimum": 1,
        "maximum": 4096,
        "allowed": "a whole number from 1 to 4096",
    }
    shown = {name: (one["kind"], one["default"], one["minimum"], one["maximum"]) for name, one in controls.items()}
    assert shown["noise_scale"] == ("number", 1.0, 0.0, 5.0)
    assert shown["seed"] == ("integer", None, 0, 2**31 - 1)
    assert shown["to"] == ("integer", None, 0, 2**31 - 1)
    assert shown["steps"] == ("integer", 5, 2, 64)
    assert shown["tempo"] == ("number", None, 20.0, 400.0)
    assert shown["key"] == ("text", None, None, None)
    assert shown["format"] == ("text", "midi", None, None)
    assert all(one["description"] and one["allowed"] for one in controls.values())


def test_it_writes_what_the_folders_model_writes(tmp_path: Path) -> None:
    model = small.at_work(scale=small.CHORDS)
    got = loaded(crnn_gan(tmp_path / "model"))
    asked = Sampling(count=2, length=9, seed=3)
    assert got.generator.generate(asked).equals(model.generate(asked))


def test_a_damaged_folder_is_not_loaded(tmp_path: Path) -> None:
    folder = crnn_gan(tmp_path / "model")
    (folder / "params.json").write_text("{}")
    with pytest.raises(ModelFolderError, match=r"params\.json"):
        loaded(folder)
