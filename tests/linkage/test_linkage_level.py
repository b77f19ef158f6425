"""A linkage that is less right than recorded is refused, and no ordinary build measures twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from dagster import DagsterInstance, materialize

from orchestration.linkage import assets, load_model, save_model
from orchestration.linkage.accuracy import level as accuracy_level
from orchestration.linkage.accuracy.level import (
    MEASURED_FOLDER,
    Level,
    LinkageBelowLevelError,
    check_level,
    check_linkage,
    code_digest,
    level_now,
    published_level,
    record_level,
    recorded_level,
)
from orchestration.linkage.learning.adoption import adopt
from orchestration.linkage.matching.model import LinkageModel, Thresholds
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(data_dir=tmp_path / "data")


@pytest.fixture(scope="module")
def spoiled() -> LinkageModel:
    """The shipped model with a threshold that takes next to anything for a match and trusts no other evidence."""
    return replace(load_model(), thresholds=Thresholds(accept=-25.0, cohesion=-60.0), is_cautious=False)


@pytest.fixture(scope="module")
def with_spoiled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse in which the spoiled model is measured once."""
    return Settings.from_environment(data_dir=tmp_path_factory.mktemp("spoiled") / "data")


@pytest.fixture
def recorded() -> Level:
    level = recorded_level(load_model().version, Path())
    assert level is not None
    return level


def test_a_spoiled_model_is_refused_with_what_fell_and_what_to_do(
    with_spoiled: Settings, spoiled: LinkageModel
) -> None:
    with pytest.raises(LinkageBelowLevelError, match=r"recall of clusters is 0\.97\d+; recorded was 0\.99") as error:
        check_linkage(with_spoiled, spoiled)
    assert spoiled.fingerprint in str(error.value)
    assert "warehouse linkage check" in str(error.value)


def test_a_model_that_misses_links_is_refused(settings: Settings) -> None:
    strict = replace(load_model(), thresholds=Thresholds(accept=30.0, cohesion=-5.0))
    with pytest.raises(LinkageBelowLevelError, match=r"recall of pairs is 0\.\d+"):
        check_linkage(settings, strict)


def test_a_measure_within_its_recorded_interval_passes_and_one_below_it_does_not(recorded: Level) -> None:
    def moved(by: float) -> Level:
        """The recorded level, its cluster recall moved to `by` above the lower end of its interval."""
        return replace(
            recorded,
            rows=tuple(
                row._replace(value=row.ci_low + by)
                if (row.measure, row.breakdown, row.unit) == ("recall", "all", "clusters") and row.ci_low is not None
                else row
                for row in recorded.rows
            ),
        )

    check_level(moved(0.0), recorded)
    with pytest.raises(LinkageBelowLevelError, match="recall of clusters"):
        check_level(moved(-1e-6), recorded)


def test_a_model_of_which_nothing_is_recorded_must_still_reach_the_targets(recorded: Level) -> None:
    check_level(recorded, None)
    low = replace(
        recorded,
        rows=tuple(
            row._replace(value=0.94) if (row.measure, row.breakdown, row.unit) == ("recall", "all", "pairs") else row
            for row in recorded.rows
        ),
    )
    with pytest.raises(LinkageBelowLevelError, match=r"recall of pairs is 0\.9400; the least it may be is 0\.95"):
        check_level(low, None)


def test_model_and_code_as_recorded_are_not_measured_again(
    settings: Settings, recorded: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy_level, "code_digest", lambda: recorded.code_digest)
    monkeypatch.setattr(accuracy_level, "measure_level", lambda *_: pytest.fail("measured again"))
    assert check_linkage(settings, load_model()) == recorded
    assert not (settings.linkage_dir / MEASURED_FOLDER).exists()


def test_changed_code_is_measured_once(settings: Settings, recorded: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []

    def counted(model: LinkageModel, people: object) -> Level:
        times.append(model.version)
        return replace(recorded, code_digest="changed")

    monkeypatch.setattr(accuracy_level, "code_digest", lambda: "changed")
    monkeypatch.setattr(accuracy_level, "measure_level", counted)
    first = level_now(settings, load_model())
    assert level_now(settings, load_model()) == first
    assert len(times) == 1
    assert published_level(settings, load_model()) == recorded, "told is what was recorded, in full"
    monkeypatch.setattr(accuracy_level, "code_digest", lambda: "changed again")
    level_now(settings, load_model())
    assert len(times) == 2
    assert len(list((settings.linkage_dir / MEASURED_FOLDER).iterdir())) == 1, "what no longer holds is removed"


def test_another_model_of_the_same_name_is_never_given_the_recorded_level(
    with_spoiled: Settings, spoiled: LinkageModel, recorded: Level
) -> None:
    told = published_level(with_spoiled, spoiled)
    assert told.model_fingerprint == spoiled.fingerprint
    assert told.row("precision", "pairs").value < recorded.row("precision", "pairs").value


def test_a_level_of_a_model_trained_here_is_kept_with_the_models_trained_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: Level
) -> None:
    trained = replace(load_model(), version="ours-1")
    monkeypatch.setattr(accuracy_level, "measure_level", lambda *_, **__: recorded)
    assert record_level(trained, tmp_path) == tmp_path / "levels" / "ours-1.json"
    assert recorded_level("ours-1", tmp_path) == recorded
    assert recorded_level("never-released", tmp_path) is None


def test_comments_and_measuring_do_not_change_the_code_that_links() -> None:
    assert accuracy_level._meaning('def f():\n    "Says."\n    return 1  # one\n') == accuracy_level._meaning(
        'def f():\n    "Says more."\n\n    return 1\n'
    )
    assert accuracy_level._meaning("x = 1") != accuracy_level._meaning("x = 2")
    assert len(code_digest()) == 16


def test_a_build_links_with_the_adopted_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = []

    def link(settings: Settings, model: LinkageModel) -> None:
        used.append(model.version)
        raise RuntimeError("far enough")

    settings = Settings.from_environment(data_dir=tmp_path / "data", dagster_home=tmp_path / "dagster")
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    save_model(replace(load_model(), version="ours-1"), settings.models_dir)
    adopt(settings.models_dir, "ours-1")
    monkeypatch.setattr(assets, "run_linkage", link)
    with DagsterInstance.ephemeral() as instance:
        materialize(
            [assets.linkage_asset()],
            instance=instance,
            resources={"warehouse": WarehouseResource()},
            raise_on_error=False,
        )
    assert used == ["ours-1"]
