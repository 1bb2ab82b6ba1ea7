"""A function run in a process of its own, so that an input that hangs or crashes it costs that input and no more.

A time limit inside the process would not do: while a C++ parser runs, Python delivers no signal to it.
"""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any


class Killed(RuntimeError):
    """The call did not return: it ran out of time, or its process died; the message says which."""


class Supervised:
    """`function` behind a time limit: called like it, in a child process that is started anew after a kill.

    Exceptions of the function itself come back as they are. `Killed` stands for a call of more than `seconds` (starting
    the process not counted) and for a process that died under it. Use it in a `with` block.
    """

    def __init__(self, function: Callable[..., Any], seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._process: Any = None
        self._pipe: Connection | None = None

    def __call__(self, *arguments: Any) -> Any:
        pipe = self._pipe or self._start()
        try:
            pipe.send(arguments)
            if not pipe.poll(self._seconds):
                self._stop()
                raise Killed(f"took longer than {self._seconds:g} s")
            result, error = pipe.recv()
        except (EOFError, OSError):
            code = self._stop()
            raise Killed(f"ended the process that read it (exit code {code})") from None
        if error is not None:
            raise error
        return result

    def __enter__(self) -> "Supervised":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._function), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._pipe.recv()  # it has imported all it needs
        except EOFError:
            code = self._stop()
            raise RuntimeError(f"a reading process ended while it started (exit code {code})") from None
        return self._pipe

    def _stop(self) -> int | None:
        """End the process, if there is one; its exit code."""
        if self._process is None:
            return None
        assert self._pipe is not None
        self._pipe.close()
        self._process.join(0.5)  # a process that has died has a code of its own to tell; an idle one ends by itself
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process = self._pipe = None
        return code


def _serve(pipe: Connection, function: Callable[..., Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    pipe.send("ready")
    while True:
        try:
            arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((function(*arguments), None))
        except Exception as error:
            pipe.send((None, error))
