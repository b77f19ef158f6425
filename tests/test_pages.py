"""The pages for people point at what is there: files they link or name, verbs of make, commands of the warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from orchestration.cli import app
from orchestration.settings import PROJECT_ROOT

FOLDERS = ("orchestration", "dbt_project", "data_contracts", "tests", ".github", ".ci", "seeds")

PAGES = sorted(
    {
        path
        for path in [
            *PROJECT_ROOT.glob("*.md"),
            *(page for name in FOLDERS for page in (PROJECT_ROOT / name).rglob("*.md")),
        ]
        if not {"target", "models", ".seeds", ".sites"} & set(path.relative_to(PROJECT_ROOT).parts)
        and path.name != "CHANGELOG.md"
    }
)
"""Every page but the docs of the models, which dbt reads, and the changelog, which speaks of what was."""

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*[\w/]")


def code_of(page: Path) -> str:
    """What a page says in code, without the remarks beside it."""
    found = "\n".join(CODE.findall(page.read_text(encoding="utf-8")))
    return re.sub(r"\s#.*", "", found)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def missing_commands(code: str) -> Iterator[str]:
    """Commands named in code that the warehouse does not have."""
    root = typer.main.get_command(app)
    for line in re.findall(r"\bwarehouse ((?:[a-z][a-z-]*(?: |\b))+)", code):
        command: click.Command = root
        for word in line.split():
            if not isinstance(command, click.Group):
                break
            if word not in command.commands:
                yield f"warehouse {line}"
                break
            command = command.commands[word]


def test_there_are_pages() -> None:
    assert {"README.md", ".github/CONTRIBUTING.md", "tests/README.md"} <= {
        path.relative_to(PROJECT_ROOT).as_posix() for path in PAGES
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text, code = page.read_text(encoding="utf-8"), code_of(page)
    faults = []
    for target, anchor in LINK.findall(text):
        path = page.parent / target if target else page
        if not path.exists():
            faults.append(f"links {target}, which is not there")
        elif anchor and path.suffix == ".md" and anchor not in anchors(path):
            faults.append(f"links {target}#{anchor}, and there is no such heading")
    faults += [f"names {path}, which is not there" for path in PATH.findall(code) if not (PROJECT_ROOT / path).exists()]
    faults += [f"names make {verb}" for verb in re.findall(r"\bmake ([a-z][a-z-]*)", code) if verb not in verbs()]
    faults += [f"names {command}" for command in missing_commands(code)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", [".ci/run", ".pre-commit-config.yaml"])
def test_what_runs_by_itself_calls_verbs_that_are_there(name: str) -> None:
    text = (PROJECT_ROOT / name).read_text(encoding="utf-8")
    called = set(re.findall(r"^\s*(?:entry: )?make ([a-z-]+)", text, re.MULTILINE))
    assert called
    assert called <= verbs()
