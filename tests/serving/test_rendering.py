"""Pieces as files of every format, made in real processes, which end, fail and die."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import get_args

import psutil
import pytest

from counterpoint.notes.table import empty_notes, note_table
from counterpoint.serving.rendering import RENDERED, Piece, Renderer, RenderingError, RenderingTimeout
from counterpoint.serving.request import Format

LONG = 300.0  # seconds: what must be rendered is rendered sooner
TUNE = Piece(
    note_table(piece="000", track=[0, 0, 1], onset=[0, 24, 0], duration=[24, 48, 72], pitch=[72, 71, 48]),
    "seed 3, piece 000",
    90.0,
    ("soprano", "bass"),
)
SLOW = Piece(  # thousands of chords across the beat: minutes of music21's work
    note_table(piece="000", onset=range(0, 20_000, 5), duration=17, pitch=[40 + n * 7 % 45 for n in range(4_000)]),
    "",
    120.0,
    (),
)
TOO_LONG = Piece(note_table(piece="000", onset=[96 * 2_001], duration=24, pitch=60), "", 120.0, ())
BEGINS = {"musicxml": b"<?xml", "wav": b"RIFF", "svg": b"<svg", "png": b"\x89PNG\r\n\x1a\n"}


def processes() -> list[psutil.Process]:
    """Those of pools; not the one that multiprocessing keeps beside them."""
    return [process for process in psutil.Process().children() if "spawn_main" in " ".join(process.cmdline())]


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        opened.wait()
        yield opened


def test_every_format_is_rendered_or_written_by_the_answer_itself() -> None:
    assert {*RENDERED, "midi", "json"} == {*get_args(Format)}


def test_each_format_begins_as_its_files_do_and_comes_in_the_order_asked(renderer: Renderer) -> None:
    for kinds in (RENDERED, RENDERED[::-1]):
        made = renderer.render([(TUNE, kind) for kind in kinds], LONG)
        for kind, content in zip(kinds, made, strict=True):
            assert content.lstrip().startswith(BEGINS[kind])


def test_equal_arguments_are_equal_bytes_in_whichever_process_and_order(renderer: Renderer) -> None:
    other = Piece(TUNE.notes.assign(pitch=TUNE.notes["pitch"] + 1), "another", 60.0, ("soprano", "bass"))
    first = renderer.render([(TUNE, kind) for kind in RENDERED], LONG)
    renderer.render([(other, kind) for kind in RENDERED], LONG)
    assert renderer.render([(TUNE, kind) for kind in reversed(RENDERED)], LONG) == first[::-1]
    with Renderer(2) as elsewhere:
        again = elsewhere.render([(piece, kind) for kind in RENDERED for piece in (other, TUNE)], LONG)
    assert again[1::2] == first
    assert not set(again[::2]) & set(first)


def test_a_piece_of_no_notes_is_rendered_too(renderer: Renderer) -> None:
    silent = Piece(empty_notes(), "seed 3, piece 001", 90.0, ("melody",))
    made = renderer.render([(silent, kind) for kind in RENDERED], LONG)
    for kind, content in zip(RENDERED, made, strict=True):
        assert content.lstrip().startswith(BEGINS[kind])


def test_nothing_asked_is_nothing_made(renderer: Renderer) -> None:
    assert renderer.render([], LONG) == []


def test_what_takes_too_long_is_given_up_and_the_next_is_rendered(renderer: Renderer) -> None:
    (before,) = processes()
    with pytest.raises(RenderingTimeout, match="not rendered within 0 seconds: ask for fewer or shorter pieces"):
        renderer.render([(SLOW, "musicxml")], 0.2)
    (made,) = renderer.render([(TUNE, "musicxml")], LONG)
    assert made.startswith(b"<?xml")
    (after,) = processes()
    assert after != before  # the one that could not be stopped was ended


def test_the_time_is_that_of_all_pieces_together(renderer: Renderer) -> None:
    """None of them takes so long by itself."""
    renderer.render([(TUNE, "musicxml")], LONG)  # in a process that is warm
    half_a_second = Piece(TUNE.notes.assign(onset=TUNE.notes["onset"] + 96 * 60), "", 90.0, ())
    with pytest.raises(RenderingTimeout, match="within 3 seconds"):
        renderer.render([(half_a_second, "musicxml")] * 200, 3.0)
    seen, ready = set(), Event()

    def look() -> None:
        while not ready.is_set():
            seen.update(psutil.Process().children())
            time.sleep(0.01)

    watcher = Thread(target=look)
    watcher.start()
    renderer.render([(TUNE, "musicxml")], LONG)
    ready.set()
    watcher.join()
    assert len(seen) < 10  # what was not begun took no process with it


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_no_time_left_is_too_long(renderer: Renderer, seconds: float) -> None:
    with pytest.raises(RenderingTimeout, match="within 0 seconds"):
        renderer.render([(SLOW, "musicxml")], seconds)


def test_what_cannot_be_rendered_says_why_and_costs_nothing_else(renderer: Renderer) -> None:
    renderer.render([(TUNE, "musicxml")], LONG)
    before = processes()
    with pytest.raises(ValueError, match="2002 bars, at most 2000 are engraved"):
        renderer.render([(TOO_LONG, "musicxml")], LONG)
    assert renderer.render([(TUNE, "musicxml")], LONG)[0].startswith(b"<?xml")
    assert processes() == before


def test_a_process_that_is_killed_at_work_fails_its_own_piece_alone(renderer: Renderer) -> None:
    renderer.render([(TUNE, "musicxml")], LONG)
    (process,) = processes()
    idle = process.cpu_times().user

    def kill() -> None:
        while process.cpu_times().user < idle + 0.2:  # it has begun
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)

    killer = Thread(target=kill)
    killer.start()
    with pytest.raises(RenderingError, match="died"):
        renderer.render([(SLOW, "musicxml")], LONG)
    killer.join()
    assert renderer.render([(TUNE, "musicxml")], LONG)[0].startswith(b"<?xml")


def test_a_process_that_is_killed_with_nothing_to_do_is_followed_by_another(renderer: Renderer) -> None:
    (before,) = renderer.render([(TUNE, "musicxml")], LONG)
    (process,) = processes()
    os.kill(process.pid, signal.SIGKILL)
    while process.is_running():  # its parent has not seen it yet
        time.sleep(0.01)
    with suppress(RenderingError):  # a piece that comes at that very moment is lost
        renderer.render([(TUNE, "musicxml")], LONG)
    assert renderer.render([(TUNE, "musicxml")], LONG) == [before]
    assert len(processes()) == 1


def test_its_processes_end_with_it() -> None:
    before = set(processes())
    for patient in (True, False):
        opened = Renderer(2)
        if patient:
            opened.wait()
        started = set(processes()) - before
        assert len(started) == 2
        opened.close()
        gone, alive = psutil.wait_procs(list(started), timeout=LONG)
        assert (len(gone), alive) == (2, [])
        with pytest.raises(RenderingError, match="not active"):
            opened.render([(TUNE, "musicxml")], LONG)
    assert set(processes()) == before
