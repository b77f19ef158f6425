"""Snapshots: what was found is what was recorded, and `--record` records it anew.

Belongs here: comparing with a JSON file beside the test, rewriting it. Does not belong here: what is worth recording.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from orchestration.settings import PROJECT_ROOT


class Recorded(Protocol):
    """The fixture `recorded`: fails where `found` is not what the file holds; with `--record` the file follows."""

    def __call__(self, path: Path, found: dict[str, object]) -> None:
        """Compare, or record."""


def compare(path: Path, found: dict[str, object], *, test: str, record: bool) -> None:
    """Hold `found` against the JSON file `path`, key by key, in order; write the file instead if `record`.

    Args:
        path: the snapshot.
        found: what is so now; anything JSON can hold.
        test: the test that asks, as pytest names it; it is in the message.
        record: whether to write.
    """
    if record:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found = json.loads(json.dumps(found))
    changed = [key for key in dict.fromkeys([*held, *found]) if held.get(key) != found.get(key)]
    how = (
        f"{path.relative_to(PROJECT_ROOT)} records something else of: {', '.join(changed) or 'the order'}. If that was "
        f"meant, record it with 'pytest {test} --record' (all of them with 'make record') and look at the diff."
    )
    assert found == held, how
    assert list(found) == list(held), how
