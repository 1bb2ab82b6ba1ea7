"""Names to models, and what loading imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from counterpoint.models import catalog
from counterpoint.models.folder import ModelFolderError
from counterpoint.params import overlay, parse, read_yaml

ROOT = Path(__file__).parents[2]


def test_every_generator_can_be_trained_and_loaded():
    for name, entry in catalog.GENERATORS.items():
        assert callable(catalog.trainer(name))
        assert callable(__import__(entry.loading, fromlist=["load"]).load)
        assert catalog.encoding(name) == entry.encoding


def test_the_pipeline_lists_the_generators_with_the_same_encodings():
    (listed,) = [variables["generators"] for variables in read_yaml(ROOT / "dvc.yaml")["vars"]]
    wanted = {name: entry.encoding for name, entry in catalog.GENERATORS.items()}
    assert {name: of["encoding"] for name, of in listed.items()} == wanted
    for name, of in listed.items():
        assert f".models.{of['room']}." in catalog.GENERATORS[name].training


def test_a_texture_is_its_encoding_or_the_view_that_params_take():
    content = read_yaml(ROOT / "params.yaml")
    for view, binarise in (("voices", "argmax"), ("band", "threshold")):
        models = {name: {"binarise": binarise} for name in ("musegan", "musegan_accompany")}
        settings = parse(overlay(content, {"pianoroll": {"view": view}, "models": models}))
        found = {name: catalog.texture(name, settings) for name in catalog.GENERATORS}
        assert found == {
            "attention_lstm": "melody", "attention_lstm_chords": "chords", "musegan": view, "musegan_accompany": view,
            "crnn_gan": "melody",
        }  # fmt: skip


@pytest.mark.parametrize(("tones", "texture"), [("melody", "melody"), ("all", "chords")])
def test_tones_are_of_a_melody_or_of_chords_as_params_take_them(tones, texture):
    content = read_yaml(ROOT / "params.yaml")
    settings = parse(overlay(content, {"vectors": {"tones": tones}}))
    assert catalog.texture("crnn_gan", settings) == texture
    others = {name: catalog.texture(name, parse(content)) for name in catalog.GENERATORS if name != "crnn_gan"}
    assert {name: catalog.texture(name, settings) for name in others} == others


def test_unknown_names_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no generator 'parrot'; known are attention_lstm"):
        catalog.trainer("parrot")
    with pytest.raises(ModelFolderError, match=r"manifest\.json"):
        catalog.load(tmp_path)


def test_loading_a_generator_imports_neither_training_nor_scoring():
    script = """
import sys
from importlib import import_module
from counterpoint.models import catalog
for entry in catalog.GENERATORS.values():
    import_module(entry.loading)
print([name for name in sys.modules if "counterpoint.training" in name or name.endswith((".fit", ".likelihood"))])
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
