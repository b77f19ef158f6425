"""A tutorial followed as it is written: its blocks, and a copy of the project to follow it in.

Belongs here: reading a section of a page, the copy, what changed in it. Does not belong here: what must come of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.settings import PROJECT_ROOT


class Copy:
    """The project in a folder of its own, worked through its commands."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.warehouse = folder / "warehouse"
        left_out = shutil.ignore_patterns("target", "logs", "__pycache__", ".seeds", ".sites", ".user.yml")
        for name in ("data_contracts", "dbt_project", "orchestration", "seeds"):
            shutil.copytree(PROJECT_ROOT / name, self.root / name, symlinks=True, ignore=left_out)
        (self.root / "tests").symlink_to(PROJECT_ROOT / "tests", target_is_directory=True)

    def python(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs Python on the copy; fails with what it said if it failed, unless that is looked at."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "COLUMNS": "160"}
        finished = subprocess.run(
            [sys.executable, *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0 or not check, finished.stdout + finished.stderr
        return finished

    def command(self, line: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a line of the tutorial that begins with `warehouse`."""
        program, *arguments = line.split()
        assert program == "warehouse", line
        return self.python("-m", "orchestration.cli", *arguments, check=check)

    def changed(self) -> set[str]:
        """Files that differ from the project's, or that it has not."""
        files = {path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file()}
        kept = {file for file in files if file.suffix in {".yaml", ".yml", ".sql", ".md", ".csv", ".py"}}
        kept = {file for file in kept if not {"target", "logs"} & set(file.parts)}
        ours = {file: PROJECT_ROOT / file for file in kept}
        return {
            str(file)
            for file, here in ours.items()
            if not here.exists() or here.read_bytes() != (self.root / file).read_bytes()
        }


def blocks(section: str, language: str) -> list[str]:
    """The blocks of a language in a section of `data_contracts/README.md`, in order."""
    text = (PROJECT_ROOT / "data_contracts" / "README.md").read_text(encoding="utf-8")
    of_section = re.split(r"^## ", text.partition(f"\n## {section}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", of_section, re.MULTILINE | re.DOTALL)
    return ["".join(line[len(indent) :] or "\n" for line in block.splitlines(keepends=True)) for indent, block in found]
