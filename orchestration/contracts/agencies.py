"""The agencies that send data, in the order in which they are trusted.

Belongs here: what is known of an agency beyond its feeds. dbt reads it as the generated macro `agencies_by_trust`.
"""

from __future__ import annotations

AGENCIES_BY_TRUST = ("prison", "police", "hmcts", "probation", "cps", "laa")
"""Agencies in the order in which their record of who somebody is is trusted: who took fingerprints or held the person
comes before who was told a name. An agency that is not listed comes after all that are."""
