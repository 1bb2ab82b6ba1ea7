"""One piece in one format, made in a process of its own, which a deadline can end.

Sound, scores and pictures are long work in libraries that cannot be told to stop; music21 and verovio also take time to
import. `Renderer` keeps such processes, warm, and starts another where one had to be ended or died.
"""

import multiprocessing
import tempfile
from collections import deque
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from time import monotonic
from types import TracebackType

import pandas as pd
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from counterpoint.notes.table import TICKS_PER_QUARTER, note_table
from counterpoint.serving.request import Format

BAR_TICKS = 4 * TICKS_PER_QUARTER
RENDERED: tuple[Format, ...] = ("musicxml", "wav", "svg", "png")


class RenderingError(Exception):
    """A piece that was not rendered, and might be another time."""


class RenderingTimeout(RenderingError):
    """A piece that could not be rendered in time."""


@dataclass(frozen=True)
class Piece:
    """notes: of one piece. track_names: of track k the k-th."""

    notes: pd.DataFrame
    title: str
    tempo_bpm: float
    track_names: tuple[str, ...]


def render(piece: Piece, kind: Format, scratch: Path | None = None) -> bytes:
    """`piece` as a file of one of `RENDERED`. Equal arguments give equal bytes.

    scratch: a folder for what has to be a file on its way; default: the system's. Raises ValueError for what cannot be
    rendered.
    """
    if kind == "musicxml":
        from counterpoint.notes.musicxml import to_musicxml

        return to_musicxml(piece.notes, title=piece.title, track_names=piece.track_names).encode()
    if kind == "svg":
        from counterpoint.render.engraving import to_svg

        return to_svg(piece.notes, bars=_bars(piece.notes), track_names=piece.track_names).encode()
    with tempfile.NamedTemporaryFile(prefix="counterpoint-", dir=scratch) as file:
        path = Path(file.name)
        if kind == "wav":
            from counterpoint.render.audio import to_wav

            to_wav(piece.notes, path, tempo_bpm=piece.tempo_bpm)
        else:
            from counterpoint.render.pianoroll import draw

            draw(piece.notes, path, title=piece.title, track_names=piece.track_names)
        return path.read_bytes()


class Renderer:
    """Processes that `render`; a context, at whose end they are ended.

    processes: how many. They start at once, and warm up before their first piece.
    """

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._lock, self._closed = Lock(), False
        self._pool = _pool(processes)
        self._warming = self._pool.schedule(_nothing)

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            _end(self._pool)

    def wait(self) -> None:
        """Until a process is warm. Raises RenderingError if none can be."""
        try:
            self._warming.result()
        except (ProcessExpired, BrokenProcessPool) as error:
            raise RenderingError(f"nothing can be rendered: a process ends when it warms up ({error})") from error

    def render(self, pieces: Sequence[tuple[Piece, Format]], seconds: float) -> list[bytes]:
        """All of them, side by side, within `seconds`.

        Raises RenderingTimeout if they take longer, RenderingError where a process died, ValueError for what cannot be
        rendered.
        """
        with tempfile.TemporaryDirectory(prefix="counterpoint-", ignore_cleanup_errors=True) as scratch:
            return self._render(pieces, seconds, Path(scratch))  # a process that is ended cleans up nothing

    def _render(self, pieces: Sequence[tuple[Piece, Format]], seconds: float, scratch: Path) -> list[bytes]:
        until, pool, waiting = monotonic() + seconds, self._at_work(), iter(pieces)
        made: list[bytes] = []
        asked: deque[ProcessFuture[bytes]] = deque()

        def left() -> float:
            if until <= (now := monotonic()):
                raise FutureTimeout
            return until - now

        try:
            while True:
                # Few at a time: of all that are asked for and given up, each costs the process that comes to it.
                for piece, kind in islice(waiting, 2 * self._processes - len(asked)):
                    asked.append(pool.schedule(render, args=[piece, kind, scratch], timeout=left()))
                if not asked:
                    return made
                made.append(asked[0].result(timeout=left()))
                asked.popleft()
        except FutureTimeout:
            raise RenderingTimeout(
                f"not rendered within {max(0.0, seconds):.0f} seconds: ask for fewer or shorter pieces, or for MIDI"
            ) from None
        except (ProcessExpired, BrokenProcessPool, RuntimeError) as error:  # RuntimeError: the pool ends just now
            raise RenderingError(f"the process that was to render this piece died ({error}): try again") from error
        finally:
            for one in asked:
                one.cancel()

    def _at_work(self) -> ProcessPool:
        """The pool; another, where pebble gave it up: it does if a process dies while there is nothing to do."""
        with self._lock:
            if not self._pool.active and not self._closed:
                _end(self._pool)
                self._pool = _pool(self._processes)
            return self._pool


def _pool(processes: int) -> ProcessPool:
    return ProcessPool(processes, context=multiprocessing.get_context("spawn"), initializer=_warm)


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def _nothing() -> None:
    """A task that is done once there is a process to do it."""


def _warm() -> None:
    """What is slow at the first time: imports, fonts, the soundfont."""
    scale = note_table(piece="warm", onset=[0, 24, 48], duration=[24, 24, 48], pitch=[60, 64, 67])
    for kind in RENDERED:
        render(Piece(scale, "warm", 120.0, ("melody",)), kind)


def _bars(notes: pd.DataFrame) -> int:
    last = int((notes["onset"] + notes["duration"]).max()) if len(notes) else 1
    return -(-last // BAR_TICKS)
