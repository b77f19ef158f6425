"""What leaves is chosen column by column; a folder's default never reaches what may be private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.transform.selection import Rule, SelectionError, private_names, private_part, read_selection


def node(schema: str, columns: dict[str, str | None], **meta: Any) -> dict[str, Any]:
    return {
        "resource_type": "model", "schema": schema, "name": f"{schema}_table", "alias": f"{schema}_table",
        "description": "", "config": {"meta": meta},
        "columns": {
            name: {"name": name, "config": {"meta": {"publish": rule} if rule else {}}}
            for name, rule in columns.items()
        },
    }  # fmt: skip


def selection(folder: Path, mart: dict[str, str | None]) -> dict[str, Rule]:
    """The rule of each column of a mart in a folder whose default is to keep, beside a private conformed table."""
    conformed = node("conformed", {"surname": "drop", "sex": "keep", "case_reference": "pseudonym:case"})
    delivered = {"noms_number": "identifier", "postcode": "personal", "status": "none", "ethnicity": "special_category"}
    document = {
        "nodes": {"model.a": node("marts", mart, publish_columns="keep"), "model.b": conformed},
        "sources": {
            "source.c": {
                "columns": {
                    name: {"name": name, "config": {"meta": {"classification": classification}}}
                    for name, classification in delivered.items()
                }
            }
        },
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    [table] = [table for table in read_selection(path) if table.schema == "marts"]
    return {column.name: column.rule for column in table.columns}


def test_a_column_takes_the_rule_of_its_folder_unless_it_states_one(tmp_path: Path) -> None:
    found = selection(tmp_path, {"days_net": None, "remark": "drop", "case_id": "pseudonym:case", "build_id": "keep"})
    assert found == {"days_net": Rule.KEEP, "remark": Rule.DROP, "case_id": Rule.PSEUDONYM, "build_id": Rule.KEEP}


@pytest.mark.parametrize(
    "name",
    ["person_id", "noms_number", "last_noms_number", "postcode_of_arrest", "surname", "case_reference"],
)
def test_what_may_be_private_is_never_published_by_default(tmp_path: Path, name: str) -> None:
    with pytest.raises(SelectionError, match=rf"marts_table\.{name}: .* default \(keep\) does not hold"):
        selection(tmp_path, {"days_net": None, name: None})


@pytest.mark.parametrize("name", ["persons", "status", "ethnicity_group", "ids", "post", "sex"])
def test_a_name_that_only_looks_alike_is_not_refused(tmp_path: Path, name: str) -> None:
    assert selection(tmp_path, {name: None}) == {name: Rule.KEEP}


def test_every_mart_column_named_like_something_private_states_its_rule(manifest: Path) -> None:
    document = json.loads(manifest.read_text(encoding="utf-8"))
    private = private_names(document)
    assert {"surname", "date_of_birth", "pnc_id", "judicial_officer_id", "case_id"} <= private
    silent = [
        f"{model['name']}.{column['name']}"
        for model in document["nodes"].values()
        if model["resource_type"] == "model" and model["schema"] == "marts"
        and model["config"]["meta"].get("publish") is not False
        for column in model["columns"].values()
        if private_part(column["name"], private) and "publish" not in column["config"]["meta"]
    ]  # fmt: skip
    assert silent == []
    read_selection(manifest)


def test_no_folder_but_the_marts_publishes_by_default(manifest: Path) -> None:
    document = json.loads(manifest.read_text(encoding="utf-8"))
    defaults = {
        (model["fqn"][1], model["config"]["meta"]["publish_columns"])
        for model in document["nodes"].values()
        if model["resource_type"] == "model" and "publish_columns" in model["config"]["meta"]
    }
    assert defaults == {("marts", "keep")}
