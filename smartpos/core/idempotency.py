"""What a client may send twice: a ``client_uuid`` stands for one set of facts and is acted on once."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id


def fingerprint_of(facts: Any) -> str:
    """SHA-256 of JSON-ready facts."""
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def lock_client_uuid(client_uuid: UUID | str) -> None:
    """Of two requests with the same ``client_uuid`` the second waits here until the first has ended."""
    key = func.hashtextextended(str(client_uuid), current_organization_id())
    db.session.execute(select(func.pg_advisory_xact_lock(key)))
