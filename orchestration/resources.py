"""What every Dagster step shares: the warehouse's settings and the lock that keeps two builds apart."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from orchestration.run_lock import build_lock
from orchestration.settings import Settings

WRITER_POOL = "warehouse_writer"
"""Dagster concurrency pool of every step that writes; its limit is 1 (`dagster.yaml`)."""

_WAIT_SECONDS = 4 * 60 * 60


class WarehouseResource(ConfigurableResource[Any]):
    """Settings of the warehouse a run works on, taken from the environment when the run starts.

    While a run uses this resource it holds the data directory's lock, and the environment names every path outright,
    so that dbt sees the same ones.
    """

    _settings: Settings | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator["WarehouseResource", None, None]:
        """Takes the lock for the length of the run."""
        settings = Settings.from_environment()
        with build_lock(settings.data_dir, wait_seconds=_WAIT_SECONDS, report=lambda text: _log(context, text)):
            os.environ.update(settings.as_environment())
            self._settings = settings
            yield self

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        return self._settings or Settings.from_environment()


def _log(context: InitResourceContext, message: str) -> None:
    if context.log:
        context.log.info(message)
