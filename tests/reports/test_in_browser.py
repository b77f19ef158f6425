"""Every report and the catalogue as a browser opens them: nothing fetched, no error, accessible, whole on a telephone.

In continuous integration (`CI` or `WAREHOUSE_CHROMIUM` set) a missing browser fails; elsewhere these tests skip.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support import Warehouse

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => Number(heading.tagName[1]))"
UNNAMED_IMAGES = "[...document.images].filter(image => !image.alt || !image.naturalWidth).map(image => image.outerHTML)"
OVERFLOWING = """
[...document.querySelectorAll('body *')]
    .filter(item => !item.closest('.scroll, .skip, .unseen') && item.getBoundingClientRect().right > innerWidth + 1)
    .map(item => item.outerHTML.slice(0, 120))
"""


BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    *(f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Chromium", "Google Chrome")),
)  # fmt: skip
"""Commands, and places, a system has a Chromium by."""


def chromium(playwright: Playwright) -> str:
    """The system's Chromium, or playwright's own, or a skip that says how to get one (a failure where one was
    promised)."""
    asked = os.environ.get("WAREHOUSE_CHROMIUM")
    known = [asked] if asked else [*filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path]
    if found := next((path for path in known if Path(path).exists()), None):
        return found
    message = (
        f"WAREHOUSE_CHROMIUM names {asked}, which is not there." if asked
        else "No Chromium to open the pages in: install it (Debian: apt-get install chromium; anywhere: .venv/bin/"
        "playwright install chromium) or set WAREHOUSE_CHROMIUM to its path."
    )  # fmt: skip
    if asked or os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@dataclass
class Seen:
    """What a page did while it was open."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(playwright), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def reports(built: Warehouse) -> Path:
    return (built.settings.published_dir / "reports").resolve()


def opened(browser: Browser, path: Path, size: dict[str, int]) -> tuple[Page, Seen]:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    seen = Seen()
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(path.as_uri(), wait_until="load")
    return page, seen


def serious(page: Page) -> list[str]:
    """Serious and critical findings of axe, each with the first element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; true")
    found: dict[str, Any] = page.evaluate(
        "standard => axe.run(document, {runOnly: {type: 'tag', values: standard}, resultTypes: ['violations']})",
        STANDARD,
    )
    return [
        f"{item['id']} ({item['impact']}): {item['nodes'][0]['html'][:160]}"
        for item in found["violations"]
        if item["impact"] in {"serious", "critical"}
    ]


CATALOGUE = tuple(f"../catalogue/{name}.html" for name in ("index", "questions", "mart_representation"))
AGENCIES = ("cps", "hmcts", "laa", "police", "prison", "probation")
PAGES = ("index.html", "linkage/index.html", *(f"{agency}/index.html" for agency in AGENCIES), *CATALOGUE)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_accessible_and_asks_for_nothing(
    browser: Browser, reports: Path, name: str, size: dict[str, int]
) -> None:
    page, seen = opened(browser, reports / name, size)
    for summary in page.locator("summary").all():
        summary.click()
    assert seen.errors == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate(UNNAMED_IMAGES) == []
    headings = page.evaluate(HEADINGS)
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings)), headings
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(OVERFLOWING) == []
    assert serious(page) == []
    page.context.close()


def test_every_link_of_a_page_leads_somewhere(browser: Browser, reports: Path) -> None:
    checked = 0
    for name in PAGES:
        page, _ = opened(browser, reports / name, DESKTOP)
        for link in page.evaluate("[...document.links].map(link => link.getAttribute('href'))"):
            file, _, part = link.partition("#")
            target = (reports / name).parent / file if file else reports / name
            assert target.exists(), f"{name}: {link}"
            if part:
                assert target.read_text(encoding="utf-8").count(f'id="{part}"') == 1, f"{name}: {link}"
            checked += 1
        page.context.close()
    assert checked > 100


def test_the_keyboard_reaches_the_content_first(browser: Browser, reports: Path) -> None:
    page, _ = opened(browser, reports / "police" / "index.html", DESKTOP)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.locator(".skip").bounding_box() is not None
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_a_severity_is_a_word_and_never_a_colour_alone(browser: Browser, reports: Path) -> None:
    page, _ = opened(browser, reports / "police" / "index.html", DESKTOP)
    words = page.evaluate("[...document.querySelectorAll('.tag')].map(tag => tag.textContent)")
    assert words
    assert set(words) <= {"Refuses the delivery", "Withholds the row", "Warning: the row is kept"}
    for mark in page.locator(".mark").all():
        beside = mark.evaluate("mark => mark.parentElement.textContent.replace(mark.textContent, '').trim()")
        assert beside
    page.context.close()


@pytest.mark.parametrize("agency", ["prison", "hmcts"])
def test_the_technical_annex_asks_for_nothing_either(browser: Browser, reports: Path, agency: str) -> None:
    for path in sorted((reports / agency / "technical").glob("*.html")):
        page, seen = opened(browser, path, PHONE)
        assert seen.errors == []
        assert [url for url in seen.requests if not url.startswith("file:")] == [], path.name
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path.name
        page.context.close()
