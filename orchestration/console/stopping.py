"""Stopping a run from outside: soon, with a sentence, and with the exit code of the signal.

Belongs here: SIGTERM and Ctrl-C while Dagster runs in this process. Does not belong here: what makes a sudden end
harmless (`atomic`, the swap of publications, `run`, which closes what killed runs left open).

Dagster holds a signal back until a step's own code runs, forgets one that comes after the last step, and treats SIGTERM
as it found Ctrl-C treated: not at all, where the run was started in the background by a script. So Python reports each
signal to a thread as well, which says that the run stops, gives it a moment to end by itself, and then ends it.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from orchestration.console.options import terminal

GRACE_SECONDS = 10.0
"""How long a run has to close its books. It may be killed at any moment; this is for the log's sake alone."""

STOPPED = "Stopped. Nothing half-done is published; run the same command again to go on."


class StoppedError(Exception):
    """A signal stopped the run.

    Attributes:
        exit_code: what shells know such an end by: 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, number: int) -> None:
        super().__init__(STOPPED)
        self.exit_code = 128 + number


@contextmanager
def stopped_by_signals(grace_seconds: float = GRACE_SECONDS) -> Iterator[None]:
    """Runs the body until it ends or a signal comes; a second signal, or the end of the grace, ends the process.

    Where signals cannot be had, outside the main thread, the body runs as it is.

    Raises:
        StoppedError: a signal came and the body let itself be stopped.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    watch = _Watch([number for number, handler in before.items() if handler != signal.SIG_IGN], grace_seconds)
    for number in before:
        signal.signal(number, watch.handle)
    earlier = signal.set_wakeup_fd(watch.writer, warn_on_full_buffer=False)
    threading.Thread(target=watch.wait, name="signals", daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(watch.received or signal.SIGINT) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier)
        os.close(watch.writer)


class _Watch:
    """What is done about signals, on the main thread and beside it.

    One handler serves all of them, and asks which it is: Dagster gives SIGTERM the handler of SIGINT.
    """

    def __init__(self, heeded: list[signal.Signals], grace_seconds: float) -> None:
        self.received: int | None = None
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        self._heeded = heeded
        self._grace_seconds = grace_seconds

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Stops the main thread where it is."""
        if number in self._heeded:
            self.received = number
            raise KeyboardInterrupt

    def wait(self) -> None:
        """Waits for a signal, then for the end of the run: that of the writer."""
        with os.fdopen(self.reader, "rb", buffering=0) as signals:
            while (first := signals.read(1)) and first[0] not in self._heeded:
                continue
            if not first:
                return
            self.received = first[0]
            terminal.print(f"Stopping: the step at work has {self._grace_seconds:g} seconds to end.", highlight=False)
            if select.select([signals], [], [], self._grace_seconds)[0] and not signals.read(1):
                return
        terminal.show_cursor()
        terminal.print(STOPPED, highlight=False)
        os._exit(128 + self.received)
