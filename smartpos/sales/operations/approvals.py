"""Using a manager's approval: once, for one document, for one thing.

How one is given is told in ``approving``.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from smartpos.core.db import utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.sql import send
from smartpos.identity.actors import Actor

# Locked, so that of two documents that bring the same approval at once the second finds it used.
_LOCK = """
SELECT id, action FROM approvals
WHERE organization_id = %(organization_id)s AND token = ANY (%(tokens)s::uuid[]) AND subject_uuid = %(subject)s
  AND requested_by = %(user_id)s AND used_at IS NULL AND expires_at > %(now)s
ORDER BY id FOR NO KEY UPDATE
"""
_USE = """
UPDATE approvals SET used_at = %(now)s, origin_kind = %(origin_kind)s, origin_id = %(origin_id)s
WHERE organization_id = %(organization_id)s AND id = ANY (%(ids)s::bigint[])
"""


class Approvals:
    """What somebody may do for one document: by their own right, or by approvals that came with it.

    ``subject_uuid`` is the ``client_uuid`` of the document. A token that is forged, used, expired, somebody else's or
    for something else allows nothing. A document without tokens costs no statement.
    """

    def __init__(
        self, tokens: Iterable[UUID], subject_uuid: UUID, actor: Actor, *, at: datetime | None = None
    ) -> None:
        self.actor = actor
        self.needed: set[str] = set()
        self._ids: dict[str, int] = {}
        wanted = [str(token) for token in tokens]
        if wanted:
            rows = send(
                _LOCK,
                {
                    "organization_id": actor.organization.id,
                    "tokens": wanted,
                    "subject": subject_uuid,
                    "user_id": actor.user_id,
                    "now": at or utc_now(),
                },
            )
            self._ids = {action: number for number, action in rows}

    def allow(self, permission: str) -> bool:
        """Whether it may be done; an approval that this takes is used up by ``use``."""
        name = str(permission)
        if self.actor.can(name):
            return True
        if name in self._ids:
            self.needed.add(name)
            return True
        return False

    def taken_for(self, permission: str) -> int | None:
        """The id of the approval that was taken for a permission, if it needed one."""
        return self._ids[str(permission)] if str(permission) in self.needed else None

    def require(self, permission: str) -> None:
        """Raise Forbidden, telling that an approval would help, unless it may be done."""
        if not self.allow(permission):
            raise Forbidden(permission=str(permission), approval=str(permission))

    def use(self, origin_kind: str, origin_id: int) -> None:
        """Note what the approvals were needed for; they are good for nothing else from here on."""
        if not self.needed:
            return
        send(
            _USE,
            {
                "organization_id": self.actor.organization.id,
                "ids": [self._ids[name] for name in sorted(self.needed)],
                "origin_kind": origin_kind,
                "origin_id": origin_id,
                "now": utc_now(),
            },
        )
