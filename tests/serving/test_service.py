"""The real Bento, served by `bentoml serve` in a process of its own, called over HTTP."""

import json
import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from counterpoint.models import catalog
from counterpoint.models.folder import read_manifest
from counterpoint.models.generator import Sampling
from counterpoint.notes.keys import find_keys
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from counterpoint.serving.answer import MEDIA_TYPES
from counterpoint.serving.guard import MAXIMUM_FORM_BYTES, MAXIMUM_JSON_BYTES, MOST_AT_ONCE
from counterpoint.serving.making import MOST_BEATS, MOST_NOTES
from counterpoint.serving.measuring import described
from counterpoint.serving.request import ENDPOINTS, FORMATS
from tests.notes.files import END, smf, strike

from .conftest import ALIASES, CARD, METRICS, TEMPO_BPM, Packed, Server, midi_of, serve
from .forms import MULTIPART, fields, multipart, part
from .reading import drawn, heard, of_score, size, sounding, unzipped
from .untrained import LINEAGE

BUSY = 10.0
ROWS = ["track", "program", "is_drum", "onset", "duration", "pitch", "velocity"]
# A tune over a bass, which begins after a rest; its tempo is its own.
TUNE = note_table(piece="tune", track=[0, 0, 0, 1], onset=[24, 48, 72, 24], duration=24, pitch=[64, 65, 67, 48])
PRIMER = write_midi(TUNE, tempo_bpm=96.0)


def test_what_comes_is_what_the_model_generates(server: Server, packed: Packed) -> None:
    sampling = Sampling(count=3, length=20, temperature=0.8, duration_temperature=1.3, top_k=4, top_p=0.95, seed=11)
    got = server.generate(**sampling.model_dump(exclude_unset=True))
    assert got.status_code == 200
    notes = catalog.load(packed.model).generate(sampling)
    assert got.content == midi_of(packed, notes, sampling, "melody")


def test_a_field_that_the_model_does_not_obey_is_refused_by_name(server: Server) -> None:
    got = server.generate(bars=6, seed=3)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"].startswith("attention_lstm does not obey bars: leave it out; it obeys count, length,")


def test_one_piece_is_midi_of_at_most_the_length_asked_for(server: Server, packed: Packed) -> None:
    got = server.generate(seed=3, length=9)
    assert got.headers["content-type"] == "audio/midi"
    assert got.headers["content-disposition"] == 'attachment; filename="piece-000.mid"'
    assert (got.headers["x-seed"], got.headers["x-model-version"]) == ("3", packed.version)
    assert "x-seed-to" not in got.headers
    notes, facts = heard(got.content)
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
    assert list(unzipped(got.content)) == [f"piece-{n:03d}.mid" for n in range(9)]


@pytest.fixture(scope="module")
def every_format(server: Server) -> dict[str, bytes]:
    got = server.generate(seed=3, length=24, tempo=90, format=list(FORMATS))
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    assert got.headers["content-disposition"] == 'attachment; filename="pieces-seed-3.zip"'
    return unzipped(got.content)


def told(document: bytes, piece: int = 0) -> list[dict[str, Any]]:
    return json.loads(document)["pieces"][piece]["notes"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_alone_is_the_file_that_it_is_among_all(
    server: Server, every_format: dict[str, bytes], kind: str
) -> None:
    name = {"midi": "piece-000.mid", "json": "notes.json"}.get(kind, f"piece-000.{kind}")
    got = server.generate(seed=3, length=24, tempo=90, format=kind)
    assert got.headers["content-type"].split(";")[0] == MEDIA_TYPES[kind]  # type: ignore[index]
    assert got.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert got.content == every_format[name]
    assert len(every_format) == len(FORMATS)


def test_every_format_holds_the_same_notes(every_format: dict[str, bytes]) -> None:
    document = json.loads(every_format["notes.json"])
    notes = told(every_format["notes.json"])
    midi, facts = heard(every_format["piece-000.mid"])
    assert midi[ROWS].to_dict("records") == notes
    assert len(notes) > 3
    assert (document["tempo_bpm"], facts.tempo_bpm) == (90, pytest.approx(90.0))
    assert (document["tracks"], facts.track_names) == (["melody"], ("melody",))
    assert of_score(every_format["piece-000.musicxml"]) == [(note["onset"] / 24, note["pitch"]) for note in notes]
    seconds, loudest = sounding(every_format["piece-000.wav"])
    assert seconds == pytest.approx(max(n["onset"] + n["duration"] for n in notes) / 24 * 60 / 90 + 1.6, abs=0.01)
    assert 10_000 < loudest < 32_767  # neither silent nor clipped
    assert drawn(every_format["piece-000.svg"]) > len(notes)
    width, height = size(every_format["piece-000.png"])
    assert width > 500 and height > 100


def test_a_key_moves_every_piece_and_a_tempo_is_written(server: Server) -> None:
    asked = {"seed": 8, "count": 4, "length": 30, "format": ["midi", "json"]}
    plain, moved = (unzipped(server.generate(**asked, **more).content) for more in ({}, {"key": "Eb", "tempo": 133.5}))
    for piece in range(4):
        before, after = told(plain["notes.json"], piece), told(moved["notes.json"], piece)
        (steps,) = {b["pitch"] - a["pitch"] for a, b in zip(before, after, strict=True)}
        assert -5 <= steps <= 6
        notes, facts = heard(moved[f"piece-{piece:03d}.mid"])
        assert find_keys(notes)["tonic"].tolist() == [3]
        assert json.loads(moved["notes.json"])["pieces"][piece]["key"].split()[0] == "Eb"
        assert facts.tempo_bpm == pytest.approx(133.5, abs=0.01)


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
        (b'{"tempo": 900}', "tempo: got 900, allowed: a number from 20 to 400 or null"),
        (b'{"key": "H"}', 'key: got "H", allowed: a tonic, C to B, with # or b, such as F# or Bb'),
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
    got = httpx.post(
        f"{server.url}/generate", content=b'{"seed": 3, "length": 9}', headers={"Content-Type": content_type}
    )
    assert got.content == server.generate(seed=3, length=9).content


@pytest.mark.parametrize(("path", "most"), [("/generate", MAXIMUM_JSON_BYTES), ("/continue", MAXIMUM_FORM_BYTES)])
def test_a_large_body_is_refused(server: Server, path: str, most: int) -> None:
    got = httpx.post(f"{server.url}{path}", content=b" " * (most + 1))
    assert (got.status_code, got.json()["error"]) == (413, f"the body has more than {most} bytes")

    def endless() -> Any:
        while True:  # until it is refused
            yield b" " * 2**16

    got = httpx.post(f"{server.url}{path}", content=endless(), timeout=BUSY)
    assert (got.status_code, got.headers["connection"]) == (413, "close")


def test_the_model_says_who_it_is(server: Server, packed: Packed) -> None:
    manifest = read_manifest(packed.model)
    about = httpx.get(f"{server.url}/model").json()
    controls = about.pop("controls")
    assert about == {
        "version": packed.version,
        "run": manifest.run_name,
        "generator": "attention_lstm",
        "texture": "melody",
        "aliases": ALIASES,
        "digest": manifest.digest,
        "lineage": {"data": LINEAGE.data, "code": LINEAGE.code, "params": LINEAGE.params},
        "can": ["generate", "continue", "evaluate"],
        "cannot": {
            "accompany": "musegan_accompany accompanies",
            "interpolate": "musegan and crnn_gan interpolate",
        },
        "formats": ["midi", "musicxml", "wav", "svg", "png", "json"],
        "tracks": ["melody"],
        "params": {"seed": 5, "attention_lstm": {"units": 8}},
        "metrics": METRICS,
        "measures": described("melody", METRICS),
        "tempo_bpm": TEMPO_BPM,
        "card": CARD,
    }
    assert controls["top_p"]["allowed"] == "a number above 0 and at most 1"


def test_a_tune_goes_on(server: Server, packed: Packed) -> None:
    got = server.send("continue", "primer", PRIMER, seed=6, length=30, count=3)
    assert got.status_code == 200, got.text
    assert (got.headers["x-seed"], got.headers["content-type"]) == ("6", "application/zip")
    assert "x-remarks" not in got.headers
    pieces = [heard(content) for content in unzipped(got.content).values()]
    for notes, facts in pieces:
        assert notes[["onset", "duration", "pitch"]][:3].to_numpy().tolist() == [
            [0, 24, 64],
            [24, 24, 65],
            [48, 24, 67],
        ]
        assert 3 <= len(notes) <= 30
        assert facts.tempo_bpm == pytest.approx(96.0, abs=0.01)  # the primer's own
    assert len({str(notes["pitch"].tolist()) for notes, _ in pieces}) > 1
    sampling = Sampling(seed=6, length=30, count=3)
    primer = note_table(piece="primer", onset=[0, 24, 48], duration=24, pitch=[64, 65, 67])
    notes = catalog.load(packed.model).continue_from(primer, sampling)
    assert got.content == midi_of(packed, notes, sampling, "melody", tempo_bpm=heard(PRIMER)[1].tempo_bpm)


def test_what_goes_on_obeys_key_tempo_and_formats(server: Server) -> None:
    asked: dict[str, Any] = {"seed": 6, "length": 30, "format": ["json", "midi"]}
    plain, moved = (
        unzipped(server.send("continue", "primer", PRIMER, **asked, **more).content)
        for more in ({}, {"key": "F#", "tempo": "60.5"})
    )
    before, after = told(plain["notes.json"]), told(moved["notes.json"])
    (steps,) = {b["pitch"] - a["pitch"] for a, b in zip(before, after, strict=True)}
    assert steps == after[0]["pitch"] - 64
    notes, facts = heard(moved["piece-000.mid"])
    assert find_keys(notes)["tonic"].tolist() == [6]
    assert facts.tempo_bpm == pytest.approx(60.5, abs=0.01)
    assert json.loads(moved["notes.json"])["tempo_bpm"] == 60.5


@pytest.mark.parametrize(("own", "kept"), [(10.0, 20.0), (900.0, 400.0)])
def test_a_files_tempo_is_kept_within_what_may_be_asked(server: Server, own: float, kept: float) -> None:
    got = server.send("continue", "primer", write_midi(TUNE, tempo_bpm=own), seed=6)
    assert heard(got.content)[1].tempo_bpm == pytest.approx(kept, abs=0.01)


def test_notes_that_were_moved_are_told(server: Server) -> None:
    played = smf(strike(0, 60, 480) + strike(7, 62, 480) + END)
    got = server.send("continue", "primer", played, seed=6)
    assert got.status_code == 200
    assert got.headers["x-remarks"].startswith("1 of its notes was moved onto the grid of 24 ticks a quarter note")
    assert [remark[:5] for remark in server.send("evaluate", "midi", played).json()["remarks"]] == ["1 of "]


MANY = write_midi(
    note_table(piece="x", onset=[n // 100 for n in range(MOST_NOTES + 100)], duration=1, pitch=[*range(100)] * 201),
    tempo_bpm=90.0,
)
LONG = write_midi(note_table(piece="x", onset=[24 * MOST_BEATS], duration=24, pitch=60), tempo_bpm=90.0)
DRUMS = write_midi(note_table(piece="x", onset=[0], duration=12, pitch=36, is_drum=True), tempo_bpm=90.0)


@pytest.mark.parametrize(
    ("file", "asked", "says"),
    [
        (DRUMS, {}, "primer: got it has no melody: all its notes are drums, allowed: a MIDI file with a note that is"),
        (PRIMER, {"length": 3}, "the primer has 3 events"),
        (b"MThd, or so it says", {}, "primer: got a file that cannot be read: "),
        (PRIMER[:-9], {}, "primer: got a file that cannot be read: "),
        (smf(END), {}, "primer: got a file that cannot be read: no notes, allowed: one MIDI file"),
        (MANY, {}, f"primer: got a file that cannot be read: {MOST_NOTES + 100} notes, at most {MOST_NOTES}"),
        (LONG, {}, f"primer: got a file that cannot be read: {MOST_BEATS + 1} quarter notes, at most {MOST_BEATS}"),
        (b"RIFF", {}, "primer: got a file that begins with b'RIFF', allowed: one MIDI file, which begins with MThd"),
        (PRIMER, {"seed": "x"}, 'seed: got "x", allowed: a whole number from 0 to 2147483647 or null'),
        (PRIMER, {"bars": 4}, "attention_lstm does not obey bars: leave it out"),
    ],
)
def test_what_cannot_go_on_says_why(server: Server, file: bytes, asked: dict[str, Any], says: str) -> None:
    got = server.send("continue", "primer", file, **asked)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"].startswith(says)
    assert "ingest" not in got.text  # the pipeline's parameters are no matter of a caller's


def test_what_this_model_cannot_is_refused_and_says_who_could(server: Server) -> None:
    for got, doing, who in (
        (server.send("accompany", "track", PRIMER), "accompany", "musegan_accompany accompanies"),
        (server.interpolate(seed=1, to=2), "interpolate", "musegan and crnn_gan interpolate"),
    ):
        assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
        said = f"the packaged model, attention_lstm, cannot {doing}: {who}; GET /model says what it can"
        assert got.json() == {"error": said, "fields": []}


def test_a_file_is_measured_beside_the_model_and_held_out_music(server: Server) -> None:
    got = server.send("evaluate", "midi", PRIMER).json()
    assert (got["texture"], got["remarks"]) == ("melody", [])
    row = next(row for row in got["metrics"] if row["name"] == "pitch_range")
    assert row == {
        "name": "pitch_range",
        "title": "Range",
        "unit": "semitones",
        "meaning": "from the lowest to the highest note",
        "value": 3.0,  # E to G: the highest line
        "model": 9.5,
        "held_out": 12.25,
    }
    chords = server.send("evaluate", "midi", PRIMER, texture="chords").json()
    (row,) = [row for row in chords["metrics"] if row["name"] == "pitch_range"]
    assert (chords["texture"], row["value"], row["model"], row["held_out"]) == ("chords", 19.0, None, None)


@pytest.mark.parametrize(
    ("file", "asked", "says"),
    [
        (PRIMER, {"texture": "jazz"}, 'texture: got "jazz", allowed: one of melody, chords, voices, band'),
        (PRIMER, {"texture": "voices"}, "the file cannot be measured as voices: that takes four pitched tracks"),
        (DRUMS, {}, "the file cannot be measured as melody: that takes a pitched note"),
        (b"MThd", {}, "midi: got a file that cannot be read: "),
        (PRIMER, {"seed": 1}, "seed: got 1, allowed: no such field; the fields are midi, texture"),
    ],
)
def test_what_cannot_be_measured_says_why(server: Server, file: bytes, asked: dict[str, Any], says: str) -> None:
    got = server.send("evaluate", "midi", file, **asked)
    assert (got.status_code, got.headers["content-type"]) == (400, "application/json")
    assert got.json()["error"].startswith(says)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (multipart(fields([("primer", "ADDRESS")])), MULTIPART, 400),
        (multipart(fields([("primer", '"ADDRESS"')])), MULTIPART, 400),
        (multipart(part("primer", PRIMER, "t.mid"), fields([("primer", "ADDRESS")])), MULTIPART, 400),
        (b'{"primer": "ADDRESS"}', "application/json", 415),
        (b"primer=ADDRESS", "application/x-www-form-urlencoded", 415),
        (b"ADDRESS", "application/vnd.bentoml+pickle", 415),
        (b"ADDRESS", "", 415),
    ],
)
def test_an_address_in_the_place_of_a_file_is_never_fetched(
    server: Server, elsewhere: ThreadingHTTPServer, content: bytes, kind: str, status: int
) -> None:
    address = f"http://127.0.0.1:{elsewhere.server_port}/tune.mid".encode()
    headers = {"Content-Type": kind} if kind else {}
    got = httpx.post(f"{server.url}/continue", content=content.replace(b"ADDRESS", address), headers=headers)
    assert (got.status_code, got.headers["content-type"]) == (status, "application/json")
    assert "primer" in got.json()["error"]
    assert elsewhere.calls == []  # type: ignore[attr-defined]


def test_who_asks_by_another_method_or_path_is_not_served(server: Server, packed: Packed) -> None:
    for path in ENDPOINTS:
        got = httpx.get(server.url + path)
        assert got.status_code == 405
        assert got.headers["x-model-version"] == packed.version
    for path in ("/generate/", "//generate", "/continue/", "/Generate", "/continue_", "/nothing", "/generate%0A"):
        got = httpx.post(server.url + path, json={"count": 0}, headers={"X-Request-Id": "mine"})
        assert got.status_code == 404, path
        assert (got.headers["x-model-version"], got.headers["x-request-id"]) == (packed.version, "mine")


def test_a_request_is_known_by_its_id(server: Server) -> None:
    url = f"{server.url}/generate"
    got = httpx.post(url, json={"length": 5}, headers={"X-Request-Id": "a-caller's-7"}, timeout=60)
    assert got.headers["x-request-id"] == "a-caller's-7"
    drawn_ids = {httpx.get(f"{server.url}/model").headers["x-request-id"] for _ in range(3)}
    assert len(drawn_ids) == 3


def test_the_same_request_is_the_same_bytes_among_others(server: Server) -> None:
    """Sixteen callers at once, of different endpoints, formats and seeds."""

    def call(number: int) -> bytes:
        seed, kind = number % 4, FORMATS[number % len(FORMATS)]
        if number % 3 == 0:
            got = server.send("continue", "primer", PRIMER, seed=seed, length=16, format=kind, key="D")
        elif number % 3 == 1:
            got = server.generate(seed=seed, length=16, count=2, format=[kind, "json"])
        else:
            got = server.send("evaluate", "midi", PRIMER)
        assert got.status_code == 200, got.text
        return got.content

    alone = [call(number) for number in range(12)]
    with ThreadPoolExecutor(16) as callers:
        together = list(callers.map(call, [*range(12), *reversed(range(12))]))
    assert together == alone + alone[::-1]


def test_more_at_once_than_allowed_are_turned_away(server: Server) -> None:
    address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
    head = b"POST /generate HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n"
    with ExitStack() as stack:
        # each has said half of its request, and holds its place until it says the rest
        callers = [stack.enter_context(socket.create_connection(address, 60)) for _ in range(MOST_AT_ONCE)]
        for caller in callers:
            caller.sendall(head + b'{"length"')
        deadline = time.monotonic() + BUSY
        while (busy := httpx.post(f"{server.url}/evaluate")).status_code != 429:
            assert time.monotonic() < deadline, f"caller {MOST_AT_ONCE + 1} was served"
        assert busy.headers["retry-after"] == "2"
        assert busy.json()["error"] == f"{MOST_AT_ONCE} requests are at work; try again in 2 seconds"
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        assert httpx.get(f"{server.url}/model").status_code == 200
        for caller in callers:
            caller.sendall(b":5}")
        assert all(caller.recv(15).startswith(b"HTTP/1.1 200") for caller in callers)
    assert server.generate(seed=1).status_code == 200


def test_who_leaves_in_the_middle_leaves_a_place(server: Server) -> None:
    address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
    for _ in range(2):
        callers = [socket.create_connection(address, BUSY) for _ in range(MOST_AT_ONCE)]
        for caller in callers:
            caller.sendall(b"POST /continue HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
        for caller in callers:
            caller.close()
    deadline = time.monotonic() + BUSY
    while server.generate(seed=1).status_code == 429:
        assert time.monotonic() < deadline, "their places are held"


def test_serving_leaves_the_bento_as_it_was(server: Server, packed: Packed) -> None:
    assert server.generate(seed=1, format=list(FORMATS)).status_code == 200
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
        for other in (server.interpolate(), server.send("continue", "primer", PRIMER)):
            assert (other.status_code, other.json()) == (503, got.json())
        assert httpx.get(f"{server.url}/model").json() == {"error": got.json()["error"]}
        assert httpx.get(f"{server.url}/").status_code == 200  # the page, which says what /model says
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert "not ready: the model cannot be served" in server.log.read_text()

        # and its end is the end of all its processes
        server.process.terminate()
        family = psutil.Process(server.process.pid).children(recursive=True)
        assert len(family) >= 2
        server.process.wait(60)
        assert psutil.wait_procs(family, timeout=60)[1] == []


def test_the_documentation_describes_every_endpoint(server: Server) -> None:
    described = httpx.get(f"{server.url}/docs.json").json()
    assert set(ENDPOINTS) <= set(described["paths"])
    text = json.dumps(described)
    for path, endpoint in ENDPOINTS.items():
        assert "post" in described["paths"][path]
        assert all(f'"{field}"' in text for field in endpoint.takes.model_fields)
        assert endpoint.file is None or f'"{endpoint.file}"' in json.dumps(described)


def test_requests_and_notes_are_counted_by_version(server: Server, packed: Packed) -> None:
    def counted(metric: str, endpoint: str) -> float:
        lines = httpx.get(f"{server.url}/metrics").text.splitlines()
        found = [line for line in lines if line.startswith(f"{metric}{{") and f'endpoint="{endpoint}"' in line]
        assert all(packed.version in line for line in found)
        return sum(float(line.rpartition(" ")[2]) for line in found)

    before = counted("bentoml_service_request_total", "/evaluate")
    server.send("evaluate", "midi", PRIMER)
    assert counted("bentoml_service_request_total", "/evaluate") == before + 1
    before = counted("counterpoint_notes_total", "generate")
    made = server.generate(seed=2, length=9, format="json").json()
    assert counted("counterpoint_notes_total", "generate") == before + len(made["pieces"][0]["notes"])
