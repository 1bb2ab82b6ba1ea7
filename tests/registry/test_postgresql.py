"""An MLflow server on PostgreSQL, both real and started here: what a team shares instead of a file."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from counterpoint import paths
from counterpoint.models.folder import verify
from counterpoint.registry import records
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.fetch import fetch
from counterpoint.registry.register import register
from counterpoint.registry.store import REGISTERED_MODEL, Store, connect
from counterpoint.registry.versions import versions
from tests.registry.project import choice_of, make_non_finite, write_guards, write_model, write_params

DEBIAN = Path("/usr/lib/postgresql")
OWNER = "postgres"  # PostgreSQL refuses to run as root


def runuser() -> str | None:
    """The program that starts PostgreSQL as its own user; not every root has its folder on PATH."""
    return shutil.which("runuser", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]))


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, None where there is none, or none that we may run."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    on_path = shutil.which("initdb")
    if os.geteuid() == 0 and (runuser() is None or OWNER not in {user.pw_name for user in pwd.getpwall()}):
        return None
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def postgresql(bin_folder: Path) -> Iterator[str]:
    """A private cluster on a Unix socket alone; its SQLAlchemy address."""
    home = Path(tempfile.mkdtemp(prefix="counterpoint-", dir="/tmp"))  # short: a socket's path has 107 bytes at most
    as_owner: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(home, OWNER)
        as_owner = [str(runuser()), "-u", OWNER, "--"]
    data = home / "data"
    pg_ctl = [*as_owner, str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    try:
        initdb = [str(bin_folder / "initdb"), "-D", str(data), "-U", "bach", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*as_owner, *initdb], cwd="/", check=True, stdout=subprocess.DEVNULL)
        options = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories={home}"
        start = [*pg_ctl, "-l", str(home / "log"), "-o", options, "start"]
        subprocess.run(start, cwd="/", check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+psycopg2://bach@/postgres?host={quote(str(home), safe='')}"
    finally:
        if (data / "postmaster.pid").exists():
            subprocess.run([*pg_ctl, "-m", "immediate", "stop"], cwd="/", check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(home)


@contextmanager
def mlflow_server(database: str, folder: Path) -> Iterator[str]:
    """`mlflow server` on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", database, "--artifacts-destination", (folder / "artefacts").as_uri()]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", server, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):  # it ended by itself: what matters is why
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address} in two minutes:\n{log.read_text()}")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip(f"PostgreSQL is not here: no initdb in {DEBIAN}/*/bin or on PATH, or no user {OWNER} to run it as")
    with postgresql(bin_folder) as address:
        yield address


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    """A project without a store of its own, and the server that MLFLOW_TRACKING_URI names."""
    folder = tmp_path_factory.mktemp("server")
    root = folder / "project"
    root.mkdir()
    write_params(root)
    with mlflow_server(database, folder) as address, pytest.MonkeyPatch.context() as patch:
        for variable in ("DVC_ROOT", "DVC_EXP_NAME", "DVC_STAGE"):
            patch.delenv(variable, raising=False)
        patch.setenv("MLFLOW_TRACKING_URI", address)
        yield root, connect(root)


def test_the_whole_story_on_a_server(served: tuple[Path, Store], tmp_path: Path) -> None:
    root, store = served
    first = write_model(root, nll=2.5, weight=0.5)
    (root / paths.REPORTS / "report.html").write_text("<p>heard and seen")
    register(root)
    second = write_model(root, nll=2.25, weight=0.75)
    register(root)
    register(root)
    assert not (root / "mlflow.db").exists()
    assert records.read_champion(root / paths.CHAMPION) == choice_of(first, 2.5)
    assert {a: v.digest for v in versions(store) for a in v.aliases} == {
        "champion": first.digest, "challenger": second.digest,
    }  # fmt: skip

    store.client.set_registered_model_alias(REGISTERED_MODEL, "champion", "2")  # as a person does in the UI
    register(root)
    assert records.read_champion(root / paths.CHAMPION) == choice_of(second, 2.25)
    there = versions(store)
    assert [(v.number, v.digest, v.aliases) for v in there] == [
        ("1", first.digest, ()), ("2", second.digest, ("champion",)),
    ]  # fmt: skip
    assert there[0].metrics == {"test_joint_nll": 2.5, "accuracy": 0.625}

    for manifest in (first, second):
        out = tmp_path / manifest.run_name
        fetch(manifest.digest, out, root)
        assert verify(out) == manifest
    trained = root / paths.model("attention_lstm")
    files = sorted(path.relative_to(trained) for path in trained.rglob("*") if path.is_file())
    assert [(tmp_path / second.run_name / file).read_bytes() for file in files] == [
        (trained / file).read_bytes() for file in files
    ]
    held = {entry.path for entry in store.client.list_artifacts(there[1].run_id)}
    assert held == {"card.md", "evaluation", "listen", "report", "samples"}


def test_reports_are_replaced_through_the_server(served: tuple[Path, Store]) -> None:
    root, store = served
    write_model(root, nll=3.5, weight=0.125)
    register(root)
    samples = root / paths.samples("attention_lstm")
    (samples / "000.png").rename(samples / "001.png")
    register(root)
    newest = versions(store)[-1]
    assert sorted(entry.path for entry in store.client.list_artifacts(newest.run_id, "samples")) == [
        "samples/000.mid", "samples/001.png",
    ]  # fmt: skip


def test_a_failed_version_with_long_reasons_and_no_numbers(served: tuple[Path, Store]) -> None:
    """PostgreSQL holds its columns' lengths, and NaN has no place in JSON: both must come through."""
    root, store = served
    write_model(root, nll=1.25, weight=0.375)
    history = root / paths.model("attention_lstm") / "history.csv"
    history.write_text("epoch,joint,validation_joint\n1,3.5,3.75\n2,nan,inf\n", encoding="utf-8")
    manifest = make_non_finite(root)
    reason = "a passage of the training music, note for note. " * 120
    write_guards(root, {"copying": reason})
    register(root)
    version = versions(store)[-1]
    assert (version.digest, version.aliases, list(version.failed)) == (manifest.digest, (), ["copying", "non_finite"])
    assert version.failed["copying"] == reason
    written = store.client.get_model_version(REGISTERED_MODEL, version.number).description
    assert len(written) == 5000
    assert "card.md" in written
    assert version.run_id is not None
    figures = [m.value for m in store.client.get_metric_history(version.run_id, "joint")]
    assert figures[0] == 3.5 and figures[1] != figures[1]

    write_guards(root, {})
    with (root / paths.evaluation("attention_lstm") / "metrics.json").open("w") as file:
        file.write('{"test_joint_nll": null, "accuracy": 0.5}')
    register(root)
    again = versions(store)[-1]
    assert (list(again.failed), again.metrics) == (["non_finite"], {"accuracy": 0.5})


def test_the_database_without_a_server(served: tuple[Path, Store], database: str, tmp_path: Path, monkeypatch) -> None:
    """The artefacts of a server are its own: whoever opens its database beside it is not misled to look for them."""
    root, store = served
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    assert [v.digest for v in versions(connect(root))] == [v.digest for v in versions(store)]
    with pytest.raises(RegistryError, match="cannot be read"):
        fetch(versions(store)[0].digest, tmp_path / "out", root)
