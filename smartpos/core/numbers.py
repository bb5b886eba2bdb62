"""Numbers of documents: human, one row of them per tenant and kind."""

from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send

_NEXT = """
INSERT INTO document_counters AS counter (organization_id, kind, last_number)
VALUES (%(organization_id)s, %(kind)s, 1)
ON CONFLICT (organization_id, kind) DO UPDATE SET last_number = counter.last_number + 1
RETURNING last_number
"""


def next_number(kind: str, prefix: str) -> str:
    """The next number of a kind of document in the tenant in force: ``("purchase", "P")`` gives ``P-000042``.

    Gapless, because a document that is rolled back takes its number back with it. Two documents of a kind wait for each
    other until the first is committed; a till, which may not wait, counts its receipts per shift instead.
    """
    parameters = {"organization_id": current_organization_id(), "kind": kind}
    return f"{prefix}-{send(_NEXT, parameters)[0][0]:06d}"
