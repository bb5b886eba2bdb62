"""Somebody who sits beside the writer: tells how far it is, shows that it lives, and hears when it is to stop.

The writer reads through a cursor, so its transaction is open from the first row to the last and what it wrote there
nobody would see. The watch therefore has a thread and a connection of its own. Every second one statement writes how
many rows are done and the time, and brings back whether somebody wants the run to stop. PostgreSQL and not Redis holds
this: the row is what people are shown, and whether a worker lives must be known while Redis does not.

When it is to stop, the writer is told at its next piece of rows; a statement that is still looking for its first row is
cancelled in PostgreSQL, so that nobody waits for what nobody wants.
"""

import contextlib
import threading
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError

from smartpos.core.db import db
from smartpos.core.scope import Scope
from smartpos.core.tenancy import aside
from smartpos.reports.models import ReportRun, RunStatus

PAUSE = 1.0

log = structlog.get_logger(__name__)


class Why(StrEnum):
    """Why a run is to stop: somebody wants it, or another worker has it now."""

    CANCELLED = "cancelled"
    TAKEN = "taken"


class Stopped(Exception):
    """Raised in the writer when its run is to stop."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why.value)


class Watch:
    """``with Watch(...) as watch: write(..., progress=watch)``; counting how many rows are done costs nothing."""

    def __init__(self, organization_id: int, run_id: int, started_at: datetime) -> None:
        self.done = 0
        self.total: int | None = None
        self.why: Why | None = None
        self._run = (organization_id, run_id, started_at)
        self._scope = Scope(organization_id)
        self._engine: Any = db.engine
        self._reading: Any = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sit, name=f"watch of export {run_id}", daemon=True)

    def __enter__(self) -> Self:
        # A single connection that is rolled back in the end, as tests have it, cannot be shared by two.
        if isinstance(self._engine, Engine):
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading = None
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def __call__(self, done: int) -> None:
        """So many rows are written. Raises Stopped."""
        self.done = done
        if self.why is not None:
            raise Stopped(self.why)

    def guard(self) -> None:
        """From now on the session's connection waits for rows; its statement may be cancelled."""
        self._reading = db.session.connection().connection.driver_connection

    def _sit(self) -> None:
        while not self._ended.wait(PAUSE):
            try:
                self.why = self._tell()
            except SQLAlchemyError as error:
                # Whoever reads will meet the same trouble, or it passes.
                log.warning("export_progress_not_told", run_id=self._run[1], error=str(error))
                continue
            if self.why is not None:
                reading = self._reading
                if reading is not None:
                    with contextlib.suppress(Exception):
                        reading.cancel_safe(timeout=5)
                return

    def _tell(self) -> Why | None:
        organization_id, run_id, started_at = self._run
        runs = ReportRun.__table__
        statement = (
            update(ReportRun)
            .where(
                runs.c.organization_id == organization_id,
                runs.c.id == run_id,
                runs.c.status == RunStatus.RUNNING,
                runs.c.started_at == started_at,
            )
            .values(rows_done=self.done, rows_total=self.total, beat_at=datetime.now(UTC))
            .returning(runs.c.cancel_asked)
        )
        with aside(self._engine, self._scope) as connection:
            asked = connection.execute(statement).scalar_one_or_none()
        if asked is None:
            return Why.TAKEN
        return Why.CANCELLED if asked else None
