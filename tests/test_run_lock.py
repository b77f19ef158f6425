"""Two runs never build the same data directory at once."""

from __future__ import annotations

import subprocess
import sys
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


def test_a_second_run_is_told_who_holds_the_lock_and_a_killed_one_frees_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=str(holder.pid)), build_lock(tmp_path, wait_seconds=0):
            raise AssertionError("two runs held the lock")
        holder.kill()
        holder.wait()
    with build_lock(tmp_path, wait_seconds=0):
        assert (tmp_path / ".lock").exists()
