"""The real Bento, served by `bentoml serve` in a process of its own, called over HTTP."""

import io
import json
import shutil
import socket
import time
import zipfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from counterpoint.models import catalog
from counterpoint.models.folder import read_manifest
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import read_midi
from counterpoint.serving.answer import answer
from counterpoint.serving.request import MAXIMUM_BODY_BYTES
from counterpoint.serving.service import MAXIMUM_CONCURRENCY

from .conftest import CARD, METRICS, TEMPO_BPM, Packed, Server, serve
from .untrained import LINEAGE

BUSY = 10.0


def test_what_comes_is_what_the_model_generates(server: Server, packed: Packed) -> None:
    sampling = Sampling(count=3, length=20, temperature=0.8, duration_temperature=1.3, top_k=4, top_p=0.95, seed=11)
    got = server.generate(**sampling.model_dump(exclude_unset=True))
    assert got.status_code == 200
    notes = catalog.load(packed.model).generate(sampling)
    made = answer(notes, sampling, version=packed.version, tempo_bpm=TEMPO_BPM, track_names=("melody",))
    assert got.content == made.body


def test_a_field_that_the_model_does_not_obey_is_refused_by_name(server: Server) -> None:
    got = server.generate(bars=6, seed=3)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"].startswith("attention_lstm does not obey bars: leave it out; it obeys count, length,")


def test_one_piece_is_midi_of_at_most_the_length_asked_for(server: Server, packed: Packed) -> None:
    got = server.generate(seed=3, length=9)
    assert got.headers["content-type"] == "audio/midi"
    assert got.headers["content-disposition"] == 'attachment; filename="piece-000.mid"'
    assert (got.headers["x-seed"], got.headers["x-model-version"]) == ("3", packed.version)
    notes, facts = read_midi(got.content, "000", max_notes=9, max_beats=9)
    assert 1 <= len(notes) <= 9
    assert facts.tempo_bpm == pytest.approx(TEMPO_BPM)
    assert f"counterpoint {packed.version}".encode() in got.content
    assert b"seed 3, piece 0 of 1" in got.content


def test_the_same_seed_is_the_same_bytes(server: Server) -> None:
    first, second = server.generate(seed=4, count=2), server.generate(seed=4, count=2)
    assert first.content == second.content
    assert server.generate(seed=5, count=2).content != first.content


def test_several_pieces_are_a_zip(server: Server) -> None:
    got = server.generate(seed=8, count=9, length=5)
    assert got.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.namelist() == [f"piece-{n:03d}.mid" for n in range(9)]


@pytest.mark.parametrize("body", [b"", b"{}", b" \n"])
def test_nothing_need_be_said_and_the_drawn_seed_repeats_it(server: Server, body: bytes) -> None:
    got = httpx.post(f"{server.url}/generate", content=body, timeout=60)
    assert got.status_code == 200
    again = server.generate(seed=int(got.headers["x-seed"]))
    assert again.content == got.content


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"count": 0}', "count: got 0, allowed: a whole number from 1 to 64"),
        (b'{"temperature": NaN}', "temperature: got NaN, allowed: a number from 0 to 5"),
        (b'{"top_p": "high"}', 'top_p: got "high", allowed: a number above 0 and at most 1'),
        (
            b'{"tempo": 90}',
            "tempo: got 90, allowed: no such field; the fields are "
            "count, length, temperature, duration_temperature, top_k, top_p, bars, noise_scale, seed",
        ),
        (b"[]", 'the body is []; expected a JSON object such as {"count": 2, "seed": 1}'),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(server: Server, packed: Packed, body: bytes, says: str) -> None:
    got = httpx.post(f"{server.url}/generate", content=body)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"] == says
    assert got.headers["x-model-version"] == packed.version


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/vnd.bentoml+pickle"])
def test_a_body_is_json_whatever_it_calls_itself(server: Server, content_type: str) -> None:
    got = httpx.post(f"{server.url}/generate", content=b"not json", headers={"Content-Type": content_type})
    assert (got.status_code, got.json()["error"][:20]) == (400, "the body is not JSON")


def test_a_large_body_is_refused(server: Server) -> None:
    got = httpx.post(f"{server.url}/generate", content=b" " * (MAXIMUM_BODY_BYTES + 1))
    assert (got.status_code, got.json()["error"]) == (413, "the body has more than 16384 bytes")


def test_the_model_says_who_it_is(server: Server, packed: Packed) -> None:
    manifest = read_manifest(packed.model)
    assert httpx.get(f"{server.url}/model").json() == {
        "version": packed.version,
        "run": manifest.run_name,
        "generator": "attention_lstm",
        "texture": "melody",
        "digest": manifest.digest,
        "lineage": {"data": LINEAGE.data, "code": LINEAGE.code, "params": LINEAGE.params},
        "params": {"seed": 5, "attention_lstm": {"units": 8}},
        "metrics": METRICS,
        "tempo_bpm": TEMPO_BPM,
        "card": CARD,
    }


def test_more_at_once_than_allowed_are_turned_away(server: Server) -> None:
    address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
    head = b"POST /generate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
    with ExitStack() as stack:
        # each has said half of its request, and holds its place until it says the rest
        callers = [stack.enter_context(socket.create_connection(address, BUSY)) for _ in range(MAXIMUM_CONCURRENCY)]
        for caller in callers:
            caller.sendall(head + b"{")
        deadline = time.monotonic() + BUSY
        while httpx.get(f"{server.url}/model").status_code != 429:
            assert time.monotonic() < deadline, "a ninth caller was served"
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        for caller in callers:
            caller.sendall(b"}")
        assert all(caller.recv(15).startswith(b"HTTP/1.1 200") for caller in callers)


def test_serving_leaves_the_bento_as_it_was(server: Server, packed: Packed) -> None:
    assert server.generate(seed=1).status_code == 200
    assert not list(packed.bento.rglob("__pycache__"))


def test_a_damaged_model_is_not_ready_and_says_why(packed: Packed, tmp_path: Path) -> None:
    bento = tmp_path / "bento"
    shutil.copytree(packed.bento, bento)
    (weights,) = bento.glob("models/*/*/model/model.weights.h5")
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    for server in serve(bento, tmp_path / "home"):
        assert server.answer("/readyz").status_code == 503
        got = server.generate(seed=1)
        assert (got.status_code, got.headers["content-type"]) == (503, "application/json")
        assert "model.weights.h5 is not what was trained" in got.json()["error"]
        assert httpx.get(f"{server.url}/model").json() == got.json()
        assert httpx.get(f"{server.url}/").status_code == 200  # the page, which says what /model says
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert "not ready: the model cannot be served" in server.log.read_text()


def test_the_documentation_describes_the_request(server: Server) -> None:
    described = json.dumps(httpx.get(f"{server.url}/docs.json").json())
    assert all(f'"{field}"' in described for field in Sampling.model_fields)
