"""`warehouse case`: any agency's number leads to the same case, with the rule and the evidence of every step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.console.case import SCHEMES
from tests.support import Warehouse

WANTED = ("cps_defendant", "prison_booking", "probation_event", "crown_case", "ptiurn")


def chain(built: Warehouse, *arguments: str) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = json.loads(built.command("case", *arguments, "--format", "json").stdout)
    return links


@pytest.fixture(scope="module")
def travelled(built: Warehouse) -> dict[str, str]:
    """scheme -> number of one case that went from the police through the Crown Court to prison and probation."""
    rows = built.build_query(
        f"""
        with chains as (
            select case_id from conformed.case_crosswalk
            group by case_id having count(distinct scheme) filter (where scheme in {WANTED}) = {len(WANTED)}
        )
        select scheme, min(identifier) from conformed.case_crosswalk
        where case_id = (select min(case_id) from chains) group by scheme
        """
    )
    assert rows, "no case of the small world went all the way: the chain is not tested"
    return dict(rows)


def test_every_number_of_a_case_leads_to_all_the_others(built: Warehouse, travelled: dict[str, str]) -> None:
    by_reference = chain(built, travelled["ptiurn"])
    found = {(link["what"], link["number"]) for link in by_reference}
    assert {(SCHEMES[scheme], travelled[scheme]) for scheme in WANTED} <= found
    assert all(link["rule"] and link["evidence"] for link in by_reference)
    for scheme in ("cps_defendant", "prison_booking", "probation_event"):
        own = chain(built, travelled[scheme], "--everyone")
        assert [link["number"] for link in own if link["asked_for"]] == [travelled[scheme]]
        assert {(link["what"], link["number"]) for link in own} == found


def test_spelling_does_not_matter(built: Warehouse, travelled: dict[str, str]) -> None:
    event = travelled["probation_event"].replace("|", " / ").lower()
    assert chain(built, event) == chain(built, travelled["probation_event"])


def test_the_numbers_are_said_to_be_private_apart_from_the_data(built: Warehouse, travelled: dict[str, str]) -> None:
    answer = built.command("case", travelled["ptiurn"])
    assert "operators only" in answer.stderr and "operators only" not in answer.stdout
    assert travelled["prison_booking"] in answer.stdout


def test_a_merged_case_leads_to_the_one_that_stands(built: Warehouse) -> None:
    [(merged, lead)] = built.build_query(
        "select min_by(source_case_id, source_case_id), min_by(case_id, source_case_id) "
        "from conformed.case_records where merge_depth > 0"
    )
    links = chain(built, merged)
    assert {link["case"] for link in links} == {lead}
    assert [link["rule"] for link in links if link["asked_for"]] == ["merged_into"]


def test_a_number_nobody_has_is_an_error_that_says_what_can_be_asked(built: Warehouse) -> None:
    answer = built.command("case", "01ZZ0000000", check=False)
    assert answer.returncode == 1
    assert "01ZZ0000000" in answer.stderr and "prison booking" in answer.stderr


def test_without_a_build_the_command_says_so(tmp_path: Path) -> None:
    answer = Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys").command("case", "X1", check=False)
    assert answer.returncode == 1
    assert "warehouse run" in answer.stderr
