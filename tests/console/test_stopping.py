"""A run that is told to stop stops soon, says so, and ends with the code of the signal; also when nobody listens."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from orchestration.console.stopping import STOPPED
from tests.support import Warehouse

pytestmark = pytest.mark.slow

PROGRAM = """
import signal, sys, time
from dagster._utils.interrupts import capture_interrupts
from orchestration.console.stopping import StoppedError, stopped_by_signals

{start}

def ready():
    print("ready", flush=True)

try:
    with stopped_by_signals(grace_seconds={grace}):
        {body}
except StoppedError as stop:
    print(stop, file=sys.stderr)
    sys.exit(stop.exit_code)
print("ended by itself", flush=True)
"""

ASLEEP = "ready(); time.sleep(60)"
DEAF = "stack = capture_interrupts(); stack.__enter__(); ready(); time.sleep(60)"
AFTER_DAGSTER = (
    "stack = capture_interrupts(); stack.__enter__(); stack.__exit__(None, None, None); ready(); time.sleep(60)"
)
IN_THE_BACKGROUND = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""As a shell script leaves what it starts and does not wait for."""

DEAF_FOR_A_MOMENT = """with capture_interrupts():
            ready()
            until = time.monotonic() + 1
            while time.monotonic() < until:
                time.sleep(0.05)"""


def stopped(body: str, *signals: signal.Signals, grace: float = 60, start: str = "") -> tuple[int, str, str]:
    """Runs a body, sends it signals when it is ready, and gives its exit code and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(start=start, grace=grace, body=body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    for number in signals:
        process.send_signal(number)
        time.sleep(0.3)
    try:
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    return process.returncode, out, err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_stops_with_a_sentence_and_the_code_of_the_signal(number: signal.Signals, code: int) -> None:
    returned, _, err = stopped(ASLEEP, number)
    assert returned == code
    assert STOPPED in err


def test_a_run_that_does_not_listen_is_ended_after_its_grace() -> None:
    returned, out, err = stopped(DEAF, signal.SIGTERM, grace=1)
    assert (returned, out) == (143, "")
    assert "has 1 seconds to end" in err and STOPPED in err


def test_a_second_signal_ends_it_at_once() -> None:
    returned, _, err = stopped(DEAF, signal.SIGTERM, signal.SIGTERM)
    assert returned == 143
    assert STOPPED in err


def test_started_in_the_background_it_heeds_sigterm_and_not_an_interrupt_meant_for_others() -> None:
    returned, _, err = stopped(AFTER_DAGSTER, signal.SIGINT, signal.SIGTERM, start=IN_THE_BACKGROUND)
    assert returned == 143
    assert STOPPED in err


def test_a_run_that_was_about_to_end_ends_as_it_would_have() -> None:
    returned, out, _ = stopped(DEAF_FOR_A_MOMENT, signal.SIGTERM)
    assert (returned, out) == (0, "ended by itself\n")


@pytest.fixture
def small(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys")
    warehouse.command("simulate", "--defendants", "50", "--months", "1", "--truth", str(tmp_path / "truth"))
    return warehouse


def read_until(stream: IO[str], words: str) -> str:
    text = ""
    for line in stream:
        text += line
        if words in line:
            return text
    raise AssertionError(f"ended without '{words}':\n{text}")


def test_warehouse_run_stops_soon_in_the_middle_of_receiving(small: Warehouse) -> None:
    process = small.start()
    assert process.stderr is not None
    try:
        read_until(process.stderr, "read what agencies landed")
        sent = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 143
    assert STOPPED in err
    assert time.monotonic() - sent < 30
