"""A Bento that holds a C-RNN-GAN, served like any other: tones in turn, several of them a step."""

from collections.abc import Iterator

import httpx
import pytest

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models import catalog
from counterpoint.models.folder import seal
from counterpoint.models.generator import Sampling
from counterpoint.serving.answer import answer
from tests.models.crnn_gan.small import CHORDS, at_work, write

from .conftest import TEMPO_BPM, Packed, Server, pack, serve_ready
from .untrained import LINEAGE


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
    names = TRACK_NAMES["chords"]
    made = answer(notes, sampling, version=packed.version, tempo_bpm=TEMPO_BPM, track_names=names)
    assert got.content == made.body


def test_a_field_of_another_kind_of_generator_is_refused_by_name(server: Server) -> None:
    got = server.generate(bars=2)
    assert got.status_code == 400
    obeyed = "it obeys count, length, noise_scale, seed"
    assert got.json()["error"] == f"crnn_gan does not obey bars: leave it out; {obeyed}"


def test_it_says_what_it_is(server: Server, packed: Packed) -> None:
    about = httpx.get(f"{server.url}/model").json()
    assert (about["generator"], about["texture"], about["version"]) == ("crnn_gan", "chords", packed.version)
