"""The technical annex: Great Expectations' own Data Docs of each feed's newest delivery, made to stand alone.

Belongs here: running the feed's suite on its newest delivery, Great Expectations' page renderers, and taking out of
their pages what would reach for the network. Does not belong here: verdicts (the gate gives them; this shows them).

What is changed in its pages: scripts and style sheets that come from elsewhere are removed and one small style sheet
of ours is put in, sections that a script would unfold are unfolded, its advertising is removed, and random element ids
become numbers, so that the same results give the same bytes. No value of a row is in them: results are asked for as
passed or failed only.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from orchestration.contracts import FeedContract
from orchestration.ingest import raw_folder, raw_path
from orchestration.ingest.raw import SCHEMA_FILE
from orchestration.quality.checks import checks_of
from orchestration.quality.expectations import (
    batch_of,
    configurations_kept,
    frame_of,
    load_great_expectations,
    page_of_result,
    page_of_suite,
    suite_of,
)
from orchestration.quality.gate import rules_version
from orchestration.quality.judging import Judging
from orchestration.quality.reference_lists import reference_codes
from orchestration.settings import Settings

_MAKING = "2"
"""Change it when the same results would be shown differently; kept pages are then made again."""

_REMOVED = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<footer\b.*?</footer>|<img\b[^>]*>|<noscript\b.*?</noscript>|<!--.*?-->"
    r"|<(?:button|input)\b[^>]*>(?:.*?</button>)?",
    re.DOTALL | re.IGNORECASE,
)
_ICONS = {"fa-check-circle": "Passed", "fa-times": "Failed", "fa-exclamation": "Could not be asked"}
_LOAD_TIME = re.compile(r"<tr>(?:(?!</tr>).)*ge_load_time.*?</tr>", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FOREIGN = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?https?:|@import""", re.IGNORECASE
)


class AnnexError(RuntimeError):
    """The annex would reach for the network."""


@dataclass(frozen=True)
class AnnexPage:
    """The pages of one feed, by file name within the annex's folder."""

    contract: FeedContract
    file_name: str
    suite: str
    result: str


def write_annex(
    newest: Sequence[tuple[FeedContract, Mapping[str, Any]]], settings: Settings, folder: Path
) -> tuple[AnnexPage, ...]:
    """Puts the Data Docs of an agency's feeds into `folder`; gives the pages of each feed.

    Making a feed's pages takes some 0.4 s, so they are kept on the private side and made again only when the newest
    delivery, or the rules, are others.

    Args:
        newest: each feed with the record of its newest delivery whose rows were judged.
        settings: where raw, reference lists and kept pages are.
        folder: receives the pages.

    Raises:
        AnnexError: a page still names something outside itself; nothing should be shown then.
        RulesCannotBeAsked: the SQL of a rule fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for contract, delivery in newest:
        page = AnnexPage(
            contract, str(delivery["file_name"]), f"{contract.feed}_rules.html", f"{contract.feed}_result.html"
        )
        kept = _kept_pages(contract, delivery, settings)
        for name in (page.suite, page.result):
            shutil.copyfile(kept / name, folder / name)
        pages.append(page)
    return tuple(pages)


def _kept_pages(contract: FeedContract, delivery: Mapping[str, Any], settings: Settings) -> Path:
    """Folder with the feed's two pages, made if the ones kept are of other rows or rules."""
    codes = reference_codes(contract, settings.reference_dir)
    facts = (
        _MAKING,
        delivery["delivery_id"],
        delivery["file_name"],
        rules_version(contract, codes),
        metadata.version("great-expectations"),
    )
    fingerprint = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    shelf = settings.private_reports_dir / "kept_annex" / f"{contract.agency}__{contract.feed}"
    kept = shelf / fingerprint
    if kept.is_dir():
        return kept
    shutil.rmtree(shelf, ignore_errors=True)
    working = shelf / f"{fingerprint}.partial"
    working.mkdir(parents=True)
    _make_pages(contract, delivery, settings, codes, working)
    working.rename(kept)
    return kept


def _make_pages(
    contract: FeedContract,
    delivery: Mapping[str, Any],
    settings: Settings,
    codes: Mapping[str, frozenset[str]],
    folder: Path,
) -> None:
    with configurations_kept():
        suite, result = _validated(contract, delivery, settings, codes)
        made = {
            f"{contract.feed}_rules.html": (page_of_suite(suite), f"Rules: {contract.title}"),
            f"{contract.feed}_result.html": (
                page_of_result(result), f"Result: {contract.title}, {delivery['file_name']}"
            ),
        }  # fmt: skip
    for name, (page, title) in made.items():
        (folder / name).write_text(stand_alone(page, title), encoding="utf-8")


def _validated(
    contract: FeedContract, delivery: Mapping[str, Any], settings: Settings, codes: Mapping[str, frozenset[str]]
) -> tuple[Any, Any]:
    """The feed's suite, and its result on the distinct values of one delivery, asked as the gate asks."""
    gx = load_great_expectations()
    checks = checks_of(contract, codes)
    files = [raw_path(contract, settings, delivery["delivery_id"]), raw_folder(contract, settings) / SCHEMA_FILE]
    with Judging(contract, checks, codes, files) as judging:
        values = judging.values_to_judge()
    suite = gx.ExpectationSuite(name=contract.feed, expectations=suite_of(checks))
    result = batch_of(frame_of(values), contract.feed, delivery["file_name"]).validate(
        suite, result_format="BOOLEAN_ONLY"
    )
    moment = datetime.combine(delivery["extract_date"], time(), UTC)
    result.meta["run_id"] = gx.RunIdentifier(run_name=delivery["file_name"], run_time=moment)
    result.meta["validation_time"] = moment
    return suite, result


def stand_alone(page: str, title: str) -> str:
    """A Data Docs page that needs nothing but itself.

    Raises:
        AnnexError: something in it would still be fetched from elsewhere.
    """
    page = re.sub(r'<i\b[^>]*aria-hidden="true"[^>]*></i>', "", page)
    for icon, word in _ICONS.items():
        page = re.sub(rf'<i class="[^"]*{icon}[^"]*"[^>]*></i>', word, page)
    page = _LOAD_TIME.sub("", _REMOVED.sub("", page))
    page = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    style = resources.files(__package__).joinpath("templates/annex.css").read_text(encoding="utf-8")
    page = page.replace("<html>", '<html lang="en">', 1)
    page = page.replace("<body>", '<body><p><a href="index.html">Back to the technical annex</a></p>', 1)
    page = page.replace("</head>", f"<title>{title}</title><style>{style}</style></head>", 1)
    numbers: dict[str, str] = {}
    page = _UUID.sub(lambda found: numbers.setdefault(found.group(), f"part-{len(numbers) + 1}"), page)
    page = re.sub(r'<a\b[^>]*href="https?://[^"]*"[^>]*>(.*?)</a>', r"\1", page, flags=re.DOTALL)
    page = re.sub(r'href="[^"#]*expectations/(\w+)\.html"', r'href="\1_rules.html"', page)
    page = re.sub(r'href="(?!\w+_rules\.html)[^"#]*\.html"', 'href="index.html"', page)
    if found := _FOREIGN.search(page):
        raise AnnexError(
            f"{title}: the page names something outside itself: {page[found.start() : found.end() + 80]!r}"
        )
    return re.sub(r"\n\s*\n+", "\n", page)
