"""One real, untrained attention LSTM, packed once and served once for all tests of the room."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pandas as pd
import pytest

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models.generator import Sampling
from counterpoint.serving.answer import Music, answer
from counterpoint.serving.package import build

from .untrained import write_model

ROOT = Path(__file__).resolve().parents[2]
METRICS = {"test_joint_nll": 2.375, "test_note_nll": 1.625, "pitch_range": 9.5, "pitch_range_real": 12.25}
TEMPO_BPM = 72.0
ALIASES = ["champion"]
CARD = "# Model card: small\n\n| pitch | 7 % |\n\n<b>bold</b> & `$run` costs $5, Größe ½\n"
READY_SECONDS = 60
STOP_SECONDS = 60


@dataclass(frozen=True)
class Packed:
    model: Path
    bento: Path
    version: str


def midi_of(
    packed: Packed, notes: pd.DataFrame, sampling: Sampling, texture: str, *, tempo_bpm: float = TEMPO_BPM
) -> bytes:
    """What the service should answer with these notes of its model, as MIDI."""
    music = Music(notes, sampling.count, texture, packed.version, f"{sampling.seed}", tempo_bpm, TRACK_NAMES[texture])
    return answer(music, ["midi"], None, 0.0).body  # type: ignore[arg-type]  # MIDI needs no renderer


def pack(model: Path) -> Packed:
    """A Bento of the model folder, beside it."""
    bento = model.parent / "dist" / "bento"
    version = build(model, bento, tempo_bpm=TEMPO_BPM, metrics=METRICS, card=CARD, root=ROOT, aliases=ALIASES)
    return Packed(model, bento, version)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    return pack(write_model(tmp_path_factory.mktemp("packed") / "model"))


@dataclass
class Server:
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def answer(self, path: str, seconds: float = READY_SECONDS) -> httpx.Response:
        """The first answer of a server that is starting."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                return httpx.get(self.url + path)
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError(f"no answer from {self.url}{path}:\n{self.log.read_text()}")

    def generate(self, **fields: object) -> httpx.Response:
        return httpx.post(f"{self.url}/generate", json=fields, timeout=READY_SECONDS)

    def interpolate(self, **fields: object) -> httpx.Response:
        return httpx.post(f"{self.url}/interpolate", json=fields, timeout=READY_SECONDS)

    def send(self, endpoint: str, field: str, file: bytes, **fields: Any) -> httpx.Response:
        """A form with one file, as a browser or curl sends it."""
        files = {field: ("music.mid", file, "audio/midi")}
        return httpx.post(f"{self.url}/{endpoint}", data=fields, files=files, timeout=READY_SECONDS)


def serve(bento: Path, base: Path) -> Iterator[Server]:
    """`bentoml serve` from another folder, with no PYTHONPATH and an empty home, as a deployment has it."""
    base.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inherited = {"PATH", "SYSTEMROOT", "LD_LIBRARY_PATH"}
    environment = {key: value for key, value in os.environ.items() if key in inherited}
    environment |= {"HOME": str(base), "BENTOML_DO_NOT_TRACK": "True", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "bentoml", "serve", str(bento), "--host", "127.0.0.1", "--port", str(port)]
    log = base / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=base, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", log, process)
    finally:
        with suppress(ProcessLookupError):  # a test ended it
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"it does not end by itself:\n{log.read_text()}") from None


def serve_ready(packed: Packed, base: Path) -> Iterator[Server]:
    """As `serve`, once it is ready."""
    for running in serve(packed.bento, base / "home"):
        assert running.answer("/readyz").status_code == 200, running.log.read_text()
        yield running


@pytest.fixture(scope="session")
def server(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve_ready(packed, tmp_path_factory.mktemp("served"))


class _Counting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.calls.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"MThd, and so on")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """A web server that gives a file to whoever asks, and keeps count."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    server.calls = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
