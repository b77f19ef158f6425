"""What is known of an agency beyond its feeds: its title, and how far its word is trusted."""

from __future__ import annotations

from orchestration.contracts import load_feed_contracts
from orchestration.contracts.agencies import AGENCIES, AGENCIES_BY_TRUST, agency_title
from orchestration.settings import Settings


def test_every_agency_that_sends_has_a_title_and_a_place() -> None:
    senders = {contract.agency for contract in load_feed_contracts(Settings.from_environment().contracts_dir).values()}
    assert senders == {agency.name for agency in AGENCIES}, "add it to orchestration/contracts/agencies.py"
    assert len(AGENCIES_BY_TRUST) == len(set(AGENCIES_BY_TRUST))
    assert agency_title("laa") == "Legal Aid Agency"


def test_an_agency_of_a_site_that_is_not_listed_keeps_its_short_name() -> None:
    assert agency_title("border_force") == "Border force"
