"""A Bento that holds a MuseGAN, served like any other: another kind of generator behind the same service."""

from collections.abc import Iterator

import httpx
import pytest

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models import catalog
from counterpoint.models.generator import Sampling
from counterpoint.serving.answer import answer
from tests.models.musegan.untrained import generator, write

from .conftest import TEMPO_BPM, Packed, Server, pack, serve_ready


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    model = tmp_path_factory.mktemp("packed_musegan") / "model"
    write(model, generator())
    return pack(model)


@pytest.fixture(scope="module")
def server(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve_ready(packed, tmp_path_factory.mktemp("served_musegan"))


def test_its_four_voices_are_what_the_model_generates(server: Server, packed: Packed) -> None:
    sampling = Sampling(count=2, bars=3, noise_scale=0.5, seed=11)
    got = server.generate(**sampling.model_dump(exclude_unset=True))
    assert got.status_code == 200, got.text
    notes = catalog.load(packed.model).generate(sampling)
    assert notes["track"].nunique() == 4
    names = TRACK_NAMES["voices"]
    made = answer(notes, sampling, version=packed.version, tempo_bpm=TEMPO_BPM, track_names=names)
    assert got.content == made.body


def test_a_field_of_another_kind_of_generator_is_refused_by_name(server: Server) -> None:
    got = server.generate(temperature=0.5)
    assert got.status_code == 400
    assert got.json()["error"].startswith("musegan does not obey temperature: leave it out; it obeys count, bars,")


def test_it_says_what_it_is(server: Server, packed: Packed) -> None:
    about = httpx.get(f"{server.url}/model").json()
    assert (about["generator"], about["texture"], about["version"]) == ("musegan", "voices", packed.version)
