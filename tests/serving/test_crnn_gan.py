"""A Bento that holds a C-RNN-GAN, served like any other: tones in turn, several of them a step."""

from collections.abc import Iterator

import httpx
import pytest

from counterpoint.models import catalog
from counterpoint.models.folder import seal
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from tests.models.crnn_gan.small import CHORDS, at_work, write

from .conftest import Packed, Server, midi_of, pack, serve_ready
from .reading import heard, unzipped
from .untrained import LINEAGE

TUNE = write_midi(note_table(piece="x", onset=[0, 24], duration=24, pitch=[60, 64]), tempo_bpm=60.0)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder, model = tmp_path_factory.mktemp("packed_crnn_gan") / "model", at_work(scale=CHORDS)
    write(folder, model)
    (folder / "params.json").write_text('{"seed": 4}', encoding="utf-8")  # as training leaves it
    seal(folder, model.name, model.texture, LINEAGE)
    return pack(folder)


@pytest.fixture(scope="module")
def server(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve_ready(packed, tmp_path_factory.mktemp("served_crnn_gan"))


def test_its_tones_are_what_the_model_generates(server: Server, packed: Packed) -> None:
    sampling = Sampling(count=2, length=14, noise_scale=0.5, seed=11)
    got = server.generate(**sampling.model_dump(exclude_unset=True))
    assert got.status_code == 200, got.text
    notes = catalog.load(packed.model).generate(sampling)
    assert notes["piece"].nunique() == 2
    assert got.content == midi_of(packed, notes, sampling, "chords")


def test_a_field_of_another_kind_of_generator_is_refused_by_name(server: Server) -> None:
    got = server.generate(bars=2)
    assert got.status_code == 400
    obeyed = "it obeys count, length, noise_scale, seed"
    assert got.json()["error"] == f"crnn_gan does not obey bars: leave it out; {obeyed}"


def test_it_says_what_it_is_and_can(server: Server, packed: Packed) -> None:
    about = httpx.get(f"{server.url}/model").json()
    assert (about["generator"], about["texture"], about["version"]) == ("crnn_gan", "chords", packed.version)
    assert about["can"] == ["generate", "interpolate", "evaluate"]


def test_the_way_from_one_piece_to_another_of_other_tones(server: Server) -> None:
    got = server.interpolate(seed=3, to=8, steps=3, length=12, tempo=140)
    assert got.status_code == 200, got.text
    assert (got.headers["x-seed"], got.headers["x-seed-to"]) == ("3", "8")
    way = [heard(content) for content in unzipped(got.content).values()]
    assert len(way) == 3
    for seed, (notes, facts) in ((3, way[0]), (8, way[-1])):
        alone = heard(server.generate(seed=seed, length=12).content)[0]
        assert alone.equals(notes)
        assert facts.tempo_bpm == pytest.approx(140.0, abs=0.01)
    assert not way[1][0].equals(way[0][0]) and not way[1][0].equals(way[2][0])


def test_what_it_cannot_is_refused_and_says_who_could(server: Server) -> None:
    for doing, field, who in (
        ("continue", "primer", "attention_lstm and attention_lstm_chords continue"),
        ("accompany", "track", "musegan_accompany accompanies"),
    ):
        got = server.send(doing, field, TUNE)
        said = f"the packaged model, crnn_gan, cannot {doing}: {who}; GET /model says what it can"
        assert (got.status_code, got.json()["error"]) == (400, said)
