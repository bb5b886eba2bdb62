"""Taking back what a document has moved: exactly that moves back, by the same lots, at the value it had."""

from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.stock.operations.ledger import Movement, prepare_movements
from smartpos.stock.operations.writing import write_movements

# What a document moved of each lot, each way. Rows of quantity zero put right what had gone out at a guess; they stay.
_MOVED = """
SELECT product_id, batch_id, sum(quantity), sum(value) FROM inventory_movements
WHERE organization_id = %(organization_id)s AND origin_kind = %(origin_kind)s AND origin_id = %(origin_id)s
  AND quantity <> 0
GROUP BY product_id, batch_id, quantity > 0 ORDER BY min(id)
"""


def move_back(origin_kind: str, origin_id: int, *, branch_id: int, actor: Actor) -> None:
    """Move back, out of or into the same lots, what a document has moved in its only branch; to be done once.

    What came without a lot leaves no lot as long as it lies there. Three statements, and one where there are lots.
    Raises NotEnoughStock with every product and lot of which less is left than came, and StockTooLarge.
    """
    parameters = {
        "organization_id": actor.organization.id,
        "origin_kind": origin_kind,
        "origin_id": origin_id,
    }
    movements = [
        Movement(product_id, -quantity, value=-value, batch_id=batch_id, loose=batch_id is None)
        for product_id, batch_id, quantity, value in send(_MOVED, parameters)
    ]
    if not movements:
        return
    prepared = prepare_movements(movements, branch_id=branch_id, allow_expired=True, actor=actor)
    write_movements(prepared, origin_kind=origin_kind, origin_id=origin_id, actor=actor)
