"""Every contract is valid against the Open Data Contract Standard, by the same linter `datacontract lint` runs."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT

CONTRACTS = sorted((PROJECT_ROOT / "data_contracts" / "feeds").glob("*/*.odcs.yaml"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("linting a contract must not need the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: f"{path.parent.name}/{path.name.split('.')[0]}")
def test_contract_passes_the_linter_of_the_standard(path: Path) -> None:
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_file=str(path)).lint()
    assert run.result == "passed", [
        (check.name, check.reason) for check in run.checks or [] if check.result != "passed"
    ]
