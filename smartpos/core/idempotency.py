"""What a client may send twice: a ``client_uuid`` stands for one set of facts and is acted on once."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send


def fingerprint_of(facts: Any) -> str:
    """SHA-256 of JSON-ready facts."""
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def sent_before(table: str, client_uuid: object) -> tuple[int, str] | None:
    """The id and the fingerprint of the row of ``table`` that a client has named before, if any."""
    statement = (
        "SELECT id, content_hash FROM {} "
        "WHERE organization_id = %(organization_id)s AND client_uuid = %(client_uuid)s"
    )
    parameters = {"organization_id": current_organization_id(), "client_uuid": client_uuid}
    rows = send(statement.format(table), parameters)
    return (rows[0][0], rows[0][1]) if rows else None


def lock_client_uuid(client_uuid: UUID | str) -> None:
    """Of two requests with the same ``client_uuid`` the second waits here until the first has ended."""
    key = func.hashtextextended(str(client_uuid), current_organization_id())
    db.session.execute(select(func.pg_advisory_xact_lock(key)))
