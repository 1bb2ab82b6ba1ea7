"""params.yaml: typed, and strict about it."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from counterpoint import params


@pytest.fixture
def content() -> dict[str, Any]:
    return params.read_yaml(params.paths.PARAMS)


def test_the_committed_file_is_valid() -> None:
    assert params.load().corpus.source.kind == "music21"


def test_an_exponent_without_a_point_is_a_number(tmp_path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("a: 1e-4\nb: 2E3\nc: 12\nd: 1.5\ne: x1e4\n")
    assert params.read_yaml(file) == {"a": 1e-4, "b": 2000.0, "c": 12, "d": 1.5, "e": "x1e4"}


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("models.attention_lstm.dropuot", 0.1, "models.attention_lstm.dropuot: is no parameter; is it misspelt?"),
        ("models.attention_lstm.dropout", 1.0, "models.attention_lstm.dropout: input should be less than 1, got 1.0"),
        ("models.attention_lstm.units", 2.5, "models.attention_lstm.units"),
        ("vectors.tones_per_step", 4, "vectors.tones_per_step: input should be less than or equal to 3, got 4"),
        ("vectors.tones", "highest", "vectors.tones: input should be 'melody' or 'all', got 'highest'"),
        ("ingest.test", None, "ingest.test: input should be a valid number, got None"),
        (
            "corpus.source",
            {"kind": "folder", "path": "x"},
            "corpus.source: kind is 'folder', allowed are 'music21', 'directory'",
        ),
        ("corpus.source", {"kind": "directory", "path": "~/midi"}, "must be written out in full"),
        ("select.promote", "always", "select.promote: input should be 'never', 'first' or 'better', got 'always'"),
    ],
)
def test_a_wrong_key_is_named_with_what_came(content: dict[str, Any], path: str, value: object, says: str) -> None:
    *parents, last = path.split(".")
    section = content
    for name in parents:
        section = section[name]
    section[last] = value
    with pytest.raises(params.ParamsError) as caught:
        params.parse(content)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("model", "changes", "says"),
    [
        ("musegan", {"given": 2}, "given is of a track that is given: leave it out, or set conditioning: track"),
        ("musegan", {"embedding": 8}, "embedding is of a track that is given"),
        ("musegan", {"bars": 1}, "models.musegan.bars: input should be greater than or equal to 2, got 1"),
        (
            "musegan",
            {"check_every": 70, "iterations": 69},
            "check_every is 70 and iterations 69: training would end unchecked",
        ),
        (
            "musegan_accompany",
            {"given": 3, "track_widths": {2: 0.5, 3: 0.25}},
            "models.musegan_accompany: track_widths names track 3, which is given, not generated",
        ),
        ("crnn_gan", {"generator": "dense", "grow": []}, "models.crnn_gan: pretrain is of the next tone"),
        ("crnn_gan", {"generator": "dense", "pretrain": 0, "grow": []}, "noise is 4: with generator: dense it is that"),
        (
            "crnn_gan",
            {"generator": "dense", "pretrain": 0, "noise": 100},
            "generator: dense does not have: set it to []",
        ),
        ("crnn_gan", {"pretrain": 0}, "models.crnn_gan: grow is of pre-training: leave it empty, or set pretrain"),
        ("crnn_gan", {"grow": [8, 8], "pretrain": 60}, "models.crnn_gan: grow is [8, 8]: lengths grow"),
        ("crnn_gan", {"grow": [8, 16], "steps": 16}, "models.crnn_gan: grow is [8, 16]: lengths grow, and stay below"),
        ("crnn_gan", {"grow": [8], "pretrain": 61}, "pretrain is 61: each of the 2 lengths"),
        ("crnn_gan", {"pretrain_rate": 0.0}, "models.crnn_gan.pretrain_rate: input should be greater than 0, got 0.0"),
        ("crnn_gan", {"output": "sampled"}, "models.crnn_gan.output: input should be 'chosen' or 'continuous'"),
        ("crnn_gan", {"check_every": 70, "iterations": 150}, "check_every 70 does not divide it"),
    ],
)
def test_parts_of_a_gan_that_do_not_fit_are_named(
    content: dict[str, Any], model: str, changes: dict[str, Any], says: str
) -> None:
    content["models"][model] |= changes
    with pytest.raises(params.ParamsError) as caught:
        params.parse(content)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"musegan": {"binarise": "threshold"}}, "models.musegan.binarise is threshold; with pianoroll.view: voices"),
        (
            {"musegan_accompany": {"given": 4}},
            "models.musegan_accompany.given names track 4; with pianoroll.view: voices",
        ),
        ({"musegan": {"track_widths": {5: 1.0, 1: 0.5}}}, "models.musegan.track_widths names track 5; with"),
    ],
)
def test_gans_that_do_not_fit_the_view_are_named(content: dict[str, Any], changes: dict, says: str) -> None:
    with pytest.raises(params.ParamsError) as caught:
        params.parse(params.overlay(content, {"models": changes}))
    assert says in str(caught.value)


def test_a_band_s_tracks_sound_several_pitches(content: dict[str, Any]) -> None:
    band = {"pianoroll": {"view": "band"}}
    with pytest.raises(params.ParamsError, match=r"pianoroll\.view: band it is threshold or bernoulli"):
        params.parse(params.overlay(content, band))
    several = {name: {"binarise": "bernoulli"} for name in ("musegan", "musegan_accompany")}
    assert params.parse(params.overlay(content, band | {"models": several})).pianoroll.view == "band"


def test_what_was_read_can_be_read_again(content: dict[str, Any]) -> None:
    found = params.parse(content)
    assert params.parse(found.model_dump(mode="json")) == found


def test_widths_of_tracks_are_numbers_by_track(content: dict[str, Any]) -> None:
    content["models"]["musegan"]["track_widths"] = {"1": 0.5, 3: 2}
    assert params.parse(content).models.musegan.track_widths == {1: 0.5, 3: 2.0}


def test_a_missing_key_is_named(content: dict[str, Any]) -> None:
    del content["ingest"]["similarity"]
    with pytest.raises(params.ParamsError, match=r"ingest\.similarity: is missing"):
        params.parse(content)


def test_a_folder_of_midi_is_a_source(content: dict[str, Any]) -> None:
    content["corpus"]["source"] = {"kind": "directory", "path": "/my/midi"}
    assert params.parse(content).corpus.source.path == "/my/midi"


def test_too_little_left_for_training(content: dict[str, Any]) -> None:
    content["ingest"] |= {"validation": 0.45, "test": 0.46}
    with pytest.raises(params.ParamsError, match=r"less than a tenth for training$"):
        params.parse(content)


def test_overlay_reaches_into_mappings_and_replaces_a_source_whole() -> None:
    base = {"a": {"b": 1, "c": 2}, "source": {"kind": "x", "works": "y"}, "d": 3}
    before = copy.deepcopy(base)
    merged = params.overlay(base, {"a": {"c": 5}, "source": {"kind": "z"}})
    assert merged == {"a": {"b": 1, "c": 5}, "source": {"kind": "z"}, "d": 3}
    assert base == before


def test_options_name_every_change_and_keep_lists_whole() -> None:
    base = {"a": {"b": {"c": [3], "rate": 0.5}, "name": "y"}, "source": {"kind": "u"}}
    changes = {"a": {"b": {"c": [1, 2], "rate": 1e-4, "new": True}, "name": "/a b" * 30}}
    first, *others = params.options(base, changes)
    assert first == "a.b.c=[1, 2]"
    assert others == ["a.b.rate=0.0001", "+a.b.new=true", f"a.name={'/a b' * 30}"]
    with pytest.raises(params.ParamsError, match=r"^source cannot be replaced by options"):
        params.options(base, {"source": {"kind": "z"}})


def test_the_long_preset_is_valid_and_its_options_say_the_same_as_the_file(content: dict[str, Any]) -> None:
    changes = params.read_yaml(Path("long.yaml"))
    merged = params.overlay(content, changes)
    assert params.parse(merged).models.musegan.bars == 4
    told = dict(option.split("=", 1) for option in params.options(content, changes))
    expected = {f"models.musegan.{key}": value for key, value in changes["models"]["musegan"].items()}
    assert {key: yaml.safe_load(value) for key, value in told.items()} == expected


@pytest.mark.parametrize("file", ["demo.yaml", "tests/tiny.yaml"])
def test_what_is_changed_for_a_small_build_is_valid_over_the_committed_file(content: dict[str, Any], file: str) -> None:
    changes = yaml.safe_load(Path(file).read_text())
    assert params.parse(params.overlay(content, changes)).sample.musegan.count == changes["sample"]["musegan"]["count"]
