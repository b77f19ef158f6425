"""Begin the contract of a new feed: what is known already, and a place to fill in for everything that is not.

Belongs here: what a new contract begins with. What must stand in one, and every complaint about what does not, is
`loader`'s: it refuses each place that is still to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from orchestration.contracts.generated_yaml import as_yaml
from orchestration.contracts.loader import API_VERSION, FEED_FILE_SUFFIX
from orchestration.contracts.model import Classification, ColumnType, FeedMode, Holds
from orchestration.contracts.reader import TO_FILL_IN, ContractError

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
_STRING_TAGS = " or ".join(f"[{kind}]" for kind in (ColumnType.IDENTIFIER, ColumnType.CODE, ColumnType.TEXT))
_CUSTOM_OF_THE_FEED = frozenset(
    {"catalogueOrder", "ruleCodePrefix", "deliveryMode", "versionsOrderedBy", "qualityThresholds"}
)
_KEY = frozenset({"primaryKey", "primaryKeyPosition", "required"})


def scaffold_contract(key: str, headers: Sequence[str], folders: Sequence[Path], today: date) -> Path:
    """Write the beginning of `feeds/<agency>/<feed>.odcs.yaml` and return its path.

    Who answers for the feed, on what legal basis, and how files are written is taken from another feed of the agency,
    if there is one; so is a column of the same name.

    Args:
        key: `agency/feed`, both in snake_case.
        headers: of the columns as delivered; without any, one column is left to be filled in.
        folders: where contracts are kept; the new one goes into the last of them, a site's own where there is one.
        today: the day the contract begins.

    Raises:
        ContractError: the name cannot be used, or there is such a contract.
    """
    agency, _, feed = key.partition("/")
    if not (_SNAKE_CASE.fullmatch(agency) and _SNAKE_CASE.fullmatch(feed)):
        raise ContractError(
            [f"'{key}' is no name of a feed; write AGENCY/FEED in snake_case, as in probation/breaches"]
        )
    places = [folder / "feeds" / agency / f"{feed}{FEED_FILE_SUFFIX}" for folder in folders]
    for path in places:
        if path.exists():
            raise ContractError([f"{path}: there already; edit it, or choose another name"])
    others = [path for folder in folders for path in sorted(folder.glob(f"feeds/*/*{FEED_FILE_SUFFIX}"))]
    every = [yaml.safe_load(other.read_text(encoding="utf-8")) for other in others]
    document = _document(agency, feed, headers, every, today)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# What the agency promises to send as {feed}.\n{as_yaml(document)}", encoding="utf-8")
    return path


def _document(
    agency: str, feed: str, headers: Sequence[str], every: Sequence[dict[str, Any]], today: date
) -> dict[str, Any]:
    kin = [other for other in every if other["domain"] == agency]
    known = {column["name"]: column for other in kin for column in other["schema"][0]["properties"]}
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"{agency}-{feed}".replace("_", "-"),
        "name": _wanted("the feed's name in the catalogue, as in 'Probation orders'"),
        "version": "1.0.0",
        "status": "active",
        "domain": agency,
        "contractCreatedTs": f"{today}T00:00:00Z",
        "description": {
            "purpose": _wanted("what the feed holds"),
            "usage": _wanted("which questions need it"),
            "limitations": _wanted("what it leaves out or gets wrong"),
        },
        "team": kin[0]["team"] if kin else _team(),
        "servers": [_server(agency, feed, kin)],
        "schema": [
            {
                "name": feed,
                "physicalType": "file",
                "dataGranularityDescription": _wanted("what one row is, as in 'One order of one person.'"),
                "properties": [_column(header, known) for header in headers] or [_column("", known)],
                "customProperties": [_custom("columnHistory", [_beginning(today)])],
            }
        ],
        "slaProperties": [
            {"property": "frequency", "value": 1, "unit": "month"},
            {"property": "latency", "value": 7, "unit": "day"},
            {"property": "retention", "value": 6, "unit": "year", "description": _wanted("why it is kept that long")},
        ],
        "customProperties": [
            _custom("catalogueOrder", _free_order(every, kin)),
            _custom("ruleCodePrefix", _free_prefix(feed, every, kin)),
            _custom("deliveryMode", _wanted(f"one of {', '.join(FeedMode)} (data_contracts/feeds/README.md)")),
            _custom(
                "qualityThresholds",
                {"quarantineSoftShare": 0.02, "quarantineHardShare": 0.5, "unknownCodesSoftShare": 0.01},
            ),
            *(_kept(kin[0]["customProperties"]) if kin else _handling()),
        ],
    }


def _wanted(what: str) -> str:
    return f"{TO_FILL_IN}{what}"


def _custom(name: str, value: Any) -> dict[str, Any]:
    return {"property": name, "value": value}


def _beginning(today: date) -> dict[str, str]:
    note = "First version of the contract"
    return {"date": str(today), "version": "1.0.0", "change": "added", "column": "all", "note": note}


def _team() -> dict[str, Any]:
    roles = {"owner": "who decides about the data, by role", "steward": "who mends it, by role"}
    members = [
        {"role": role, "name": _wanted(meaning), "username": _wanted(f"the {role}'s mailbox")}
        for role, meaning in roles.items()
    ]
    return {"name": "Data team", "members": members}


def _handling() -> list[dict[str, Any]]:
    basis = {
        "regime": _wanted("the part of data-protection law that applies at the agency"),
        "basis": _wanted("the lawful basis, with its section"),
        "conditions": _wanted("conditions for sensitive or criminal-offence data"),
        "onwardUse": _wanted("what must hold before the data serve statistics or research"),
    }
    return [_custom("securityClassification", "OFFICIAL-SENSITIVE"), _custom("legalBasis", basis)]


def _kept(properties: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in properties if item["property"] not in _CUSTOM_OF_THE_FEED]


def _server(agency: str, feed: str, kin: Sequence[dict[str, Any]]) -> dict[str, Any]:
    standing = kin[0]["servers"][0] if kin else {}
    written: list[dict[str, Any]] = standing.get("customProperties") or [
        _custom("encoding", "utf-8"),
        _custom("delimiter", ","),
        _custom("dateFormat", "YYYY-MM-DD"),
        _custom("timeZone", "Europe/London"),
        _custom("missingValues", []),
    ]
    return {
        "server": "landing",
        "type": "local",
        "path": f"landing/{agency}/{feed}/",
        "format": standing.get("format", "csv"),
        "customProperties": [
            *(item for item in written if item["property"] != "fileNamePattern"),
            _custom("fileNamePattern", f"{feed}_<YYYYMMDD>[_<n>]"),
        ],
    }


def _column(header: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A column of the agency's other feeds as it is there; of any other, what its name tells."""
    name = re.sub(r"\W+", "_", header.strip().lower()).strip("_")
    if name in known:
        return {**{key: value for key, value in known[name].items() if key not in _KEY}, "required": False}
    column: dict[str, Any] = {"name": name or _wanted("the column's name in snake_case")}
    if header.lower() != name:
        column["physicalName"] = header
    column["logicalType"] = "date" if name.endswith("_date") else "timestamp" if name.endswith("_at") else None
    if column["logicalType"] is None:
        column["logicalType"] = _wanted(f"date, integer, number, boolean, or string with tags: {_STRING_TAGS}")
    column["physicalType"] = "VARCHAR"
    column["required"] = False
    column["classification"] = _wanted(f"one of {', '.join(Classification)}")
    column["description"] = _wanted("what the column says, in a sentence")
    if name in set(Holds):
        column["customProperties"] = [_custom("holds", name)]
    return column


def _property(contract: dict[str, Any], name: str) -> Any:
    return next(item["value"] for item in contract["customProperties"] if item["property"] == name)


def _free_order(every: Sequence[dict[str, Any]], kin: Sequence[dict[str, Any]]) -> int:
    """The next place after the agency's own feeds, or after all."""
    taken = {int(_property(other, "catalogueOrder")) for other in every}
    order = max((int(_property(other, "catalogueOrder")) for other in kin), default=max(taken, default=0)) + 1
    while order in taken:
        order += 1
    return order


def _free_prefix(feed: str, every: Sequence[dict[str, Any]], kin: Sequence[dict[str, Any]]) -> str:
    """The agency's letters and three of the feed, if no feed has them."""
    taken = {_property(other, "ruleCodePrefix") for other in every}
    prefix = f"{str(_property(kin[0], 'ruleCodePrefix')).partition('-')[0]}-{feed[:3].upper()}" if kin else ""
    return (
        prefix if prefix and prefix not in taken else _wanted("the beginning of the feed's rule codes, as in PRO-ORD")
    )
