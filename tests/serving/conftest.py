"""One real, untrained attention LSTM, packed once and served once for all tests of the room."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from counterpoint.serving.package import build

from .untrained import write_model

ROOT = Path(__file__).resolve().parents[2]
METRICS = {"test_joint_nll": 2.375, "test_note_nll": 1.625}
TEMPO_BPM = 72.0
CARD = "# Model card: small\n\n| pitch | 7 % |\n\n<b>bold</b> & `$run` costs $5, Größe ½\n"
READY_SECONDS = 60


@dataclass(frozen=True)
class Packed:
    model: Path
    bento: Path
    version: str


def pack(model: Path) -> Packed:
    """A Bento of the model folder, beside it."""
    bento = model.parent / "dist" / "bento"
    version = build(model, bento, tempo_bpm=TEMPO_BPM, metrics=METRICS, card=CARD, root=ROOT)
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
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def serve_ready(packed: Packed, base: Path) -> Iterator[Server]:
    """As `serve`, once it is ready."""
    for running in serve(packed.bento, base / "home"):
        assert running.answer("/readyz").status_code == 200, running.log.read_text()
        yield running


@pytest.fixture(scope="session")
def server(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve_ready(packed, tmp_path_factory.mktemp("served"))
