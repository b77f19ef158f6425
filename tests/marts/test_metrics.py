"""Published measures that the registry says are made of other columns are made of them."""

from __future__ import annotations

import pytest

from orchestration.contracts.metrics import Metric, load_metrics
from orchestration.settings import PROJECT_ROOT
from tests.support import Warehouse

REGISTRY = load_metrics(PROJECT_ROOT / "data_contracts")
MADE_OF_COLUMNS = [metric for mart in REGISTRY.values() for metric in mart.metrics if metric.recomputed_from]


@pytest.mark.parametrize("metric", MADE_OF_COLUMNS, ids=lambda metric: f"{metric.mart}.{metric.name}")
def test_a_measure_is_what_the_registry_says_it_is_made_of(metric: Metric, built: Warehouse) -> None:
    assert metric.recomputed_from is not None
    numerator, denominator = (" + ".join(f'"{name}"' for name in part) for part in metric.recomputed_from)
    made = f"({numerator}) / nullif({denominator}, 0)" if denominator else numerator
    [(rows, different)] = built.query(f"""
        select
            count(*),
            count(*) filter (where "{metric.name}" is distinct from ({made}) and not coalesce(
                abs("{metric.name}" - ({made})) < 1e-9, false))
        from marts.{metric.mart}
    """)
    assert rows > 0
    assert different == 0
