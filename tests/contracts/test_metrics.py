"""Every published number has an entry in the registry, the docs say what it says, and a bad entry is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import ContractError
from orchestration.contracts.metrics import REGISTRY_FILE, MetricKind, load_metrics
from orchestration.settings import PROJECT_ROOT

CONTRACTS_DIR = PROJECT_ROOT / "data_contracts"
REGISTRY = load_metrics(CONTRACTS_DIR)


GOOD: dict[str, Any] = {
    "owner": "Head",
    "marts": {
        "m": {
            "unit": "cases",
            "date_basis": "receipt",
            "includes": "everything",
            "excludes": "nothing",
            "comparator": "none published",
            "measures": [
                {"name": "n", "kind": "count", "numerator": "cases"},
                {"name": "share", "kind": "rate", "numerator": "`a` + `b`", "denominator": "`n`", "owner": "Clerk"},
            ],
        }
    },
}


def registry(folder: Path, content: dict[str, Any]) -> Path:
    (folder / REGISTRY_FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def test_a_measure_takes_from_its_mart_what_it_does_not_state(tmp_path: Path) -> None:
    count, share = load_metrics(registry(tmp_path, GOOD))["m"].metrics
    assert (count.unit, count.owner, count.additive, count.kind) == ("cases", "Head", True, MetricKind.COUNT)
    assert (share.owner, share.additive, share.recomputed_from) == ("Clerk", False, (("a", "b"), ("n",)))
    assert count.recomputed_from is None


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        ({"kind": "rate", "numerator": "x"}, "a rate needs a denominator"),
        ({"kind": "count", "numerator": "x", "denominator": "y"}, "a count has no denominator"),
        ({"kind": "quantile", "numerator": "x", "additive": True}, "a quantile cannot be added up"),
        ({"kind": "number", "numerator": "x"}, "'number' is not one of: count"),
        ({"kind": "count"}, "say what is counted or summed"),
        ({"kind": "count", "numerator": "x", "unti": "y"}, "unknown key 'unti'"),
        ({"name": "n", "kind": "count", "numerator": "x"}, "measured twice: n"),
    ],
)
def test_a_bad_measure_is_refused_with_its_place(tmp_path: Path, measure: dict[str, Any], complaint: str) -> None:
    mart = {**GOOD["marts"]["m"], "measures": [*GOOD["marts"]["m"]["measures"], {"name": "bad", **measure}]}
    with pytest.raises(ContractError, match=r"marts\.m") as refused:
        load_metrics(registry(tmp_path, {**GOOD, "marts": {"m": mart}}))
    assert complaint in str(refused.value)


def test_every_fault_of_every_mart_and_measure_is_told_in_one_run(tmp_path: Path) -> None:
    bare = {"unit": "cases"}
    wrong = {**GOOD["marts"]["m"], "measures": [{"name": "n", "kind": "number"}, {"kind": "rate", "numerator": "x"}]}
    with pytest.raises(ContractError) as refused:
        load_metrics(registry(tmp_path, {"marts": {"one": bare, "two": bare, "three": wrong}}))
    stated = ("date_basis", "includes", "excludes", "comparator")
    assert [problem.split(":")[1].strip() for problem in refused.value.problems] == [
        "owner",
        *(f"marts.{mart}.{key}" for mart in ("one", "two") for key in stated),
        "marts.three.measures[0 'n'].kind", "marts.three.measures[0 'n'].numerator",
        "marts.three.measures[1].name", "marts.three.measures[1]",
    ]  # fmt: skip
