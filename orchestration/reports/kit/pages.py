"""The frame every page stands in.

Belongs here: the template environment with the frame, the style and the filters all pages share. Does not belong here:
any page.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestration.reports.kit.words import counted, day, listed

_PACKAGE = "orchestration.reports.kit"
_MARKS: Mapping[str, str] = {"good": "✓", "care": "!", "bad": "✗"}


def page_environment(package: str) -> Environment:
    """Templates of a package, with the frame and the style that all pages of the warehouse share."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_PACKAGE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files(_PACKAGE).joinpath("templates/report.css").read_text("utf-8")
    environment.globals["style"] = Markup(style)
    environment.filters |= {"counted": counted, "day": day, "listed": listed, "mark": _mark}
    return environment


def _mark(mark: str) -> Markup:
    """A sign before the words that say the same; neither colour nor sign stands alone."""
    return Markup('<span class="mark {}" aria-hidden="true">{}</span>').format(mark, _MARKS[mark])
