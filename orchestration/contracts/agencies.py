"""The agencies that send data, in the order in which they are trusted.

Belongs here: what is known of an agency beyond its feeds. dbt reads it as the generated macro `agencies_by_trust`.
"""

from __future__ import annotations

from typing import NamedTuple


class Agency(NamedTuple):
    """An agency: the name of its folder of feeds, and its title as its own staff would write it."""

    name: str
    title: str


AGENCIES = (
    Agency("prison", "HM Prison Service"),
    Agency("police", "Police forces"),
    Agency("hmcts", "HM Courts & Tribunals Service"),
    Agency("probation", "Probation Service"),
    Agency("cps", "Crown Prosecution Service"),
    Agency("laa", "Legal Aid Agency"),
)
"""In the order in which their record of who somebody is is trusted: who took fingerprints or held the person comes
before who was told a name. An agency that is not listed comes after all that are."""

AGENCIES_BY_TRUST = tuple(agency.name for agency in AGENCIES)
"""Their names, in that order."""


def agency_title(name: str) -> str:
    """The agency as its own staff would write it; one that is not listed keeps its short name."""
    titles = {agency.name: agency.title for agency in AGENCIES}
    return titles.get(name, name.replace("_", " ").capitalize())
