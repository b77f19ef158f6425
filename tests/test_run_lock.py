"""Two runs never build the same data directory at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.run_lock import AlreadyRunningError, build_lock

HOLDER = """
import sys
from pathlib import Path
from orchestration.run_lock import build_lock
with build_lock(Path(sys.argv[1]), wait_seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that says "held" once it holds what the script takes, and is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()
        holder.wait()


def test_a_second_run_is_told_who_holds_the_lock_and_a_killed_one_frees_it(tmp_path: Path) -> None:
    with (
        held_elsewhere(HOLDER, tmp_path) as holder,
        pytest.raises(AlreadyRunningError, match=str(holder.pid)),
        build_lock(tmp_path, wait_seconds=0),
    ):
        raise AssertionError("two runs held the lock")
    with build_lock(tmp_path, wait_seconds=0):
        assert (tmp_path / ".lock").exists()


def test_what_runs_under_the_lock_may_take_it_again_and_does_not_give_it_up(tmp_path: Path) -> None:
    with build_lock(tmp_path, wait_seconds=0):
        with build_lock(tmp_path, wait_seconds=0):
            pass
        assert lock_is_free_to_another_thread(tmp_path) is False
    assert lock_is_free_to_another_thread(tmp_path) is True


def lock_is_free_to_another_thread(folder: Path) -> bool:
    found: list[bool] = []

    def look() -> None:
        try:
            with build_lock(folder, wait_seconds=0):
                found.append(True)
        except AlreadyRunningError:
            found.append(False)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]
