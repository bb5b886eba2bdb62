"""Making drafts of what was suggested: purchases by supplier, transfers by branch."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.purchasing.models import Purchase
from smartpos.purchasing.operations.drafting import draft_purchase
from smartpos.purchasing.operations.facts import PurchaseFacts, PurchaseLine
from smartpos.purchasing.queries.suggesting import goods_to_buy
from smartpos.stock.models import StockTransfer
from smartpos.stock.operations.transfers import TransferLine, TransferRequest, create_transfer


def draft_suggested_purchases(
    branch_id: int, quantities: Mapping[int, Decimal], *, form_uuid: UUID, dated: bool = False, actor: Actor
) -> list[Purchase]:
    """A draft purchase per supplier of quantities by product id; all or none.

    The same ``form_uuid`` again gives the same purchases. ``dated`` says when they are expected, by the longest lead
    time of what is in them. Raises Invalid for what is no longer ordered, and as ``draft_purchase`` does.
    """
    goods = goods_to_buy(sorted(quantities), actor)
    if quantities.keys() - goods.keys():
        raise Invalid(_("A product is no longer ordered. Please look at the suggestions again."))
    by_supplier: dict[int | None, list[int]] = defaultdict(list)
    for product_id in sorted(quantities, key=lambda number: goods[number].name):
        by_supplier[goods[product_id].supplier_id].append(product_id)
    usual = int(actor.setting("purchase_lead_days"))
    made = []
    for supplier_id, products in sorted(by_supplier.items(), key=lambda pair: pair[0] or 0):
        lines = tuple(PurchaseLine(quantities[one], goods[one].price, product_id=one) for one in products)
        longest = timedelta(days=max(goods[one].lead_days(usual) for one in products))
        facts = PurchaseFacts(
            branch_id,
            lines,
            supplier_id=supplier_id,
            expected_on=actor.organization.today + longest if dated else None,
            vat_included=True,  # as suppliers' prices are kept
            client_uuid=uuid5(form_uuid, f"supplier {supplier_id}"),
        )
        made.append(draft_purchase(facts, actor=actor))
    return made


def draft_suggested_transfers(
    branch_id: int, quantities: Mapping[tuple[int, int], Decimal], *, form_uuid: UUID, actor: Actor
) -> list[StockTransfer]:
    """A transfer per branch of quantities by product and branch id, to ``branch_id``; all or none.

    The same ``form_uuid`` again gives the same transfers. Raises as ``create_transfer`` does.
    """
    by_branch: dict[int, list[TransferLine]] = defaultdict(list)
    for (product_id, from_branch_id), quantity in sorted(quantities.items()):
        by_branch[from_branch_id].append(TransferLine(product_id, quantity))
    made = []
    for from_branch_id, lines in sorted(by_branch.items()):
        asked = TransferRequest(
            from_branch_id, branch_id, lines, client_uuid=uuid5(form_uuid, f"branch {from_branch_id}")
        )
        made.append(create_transfer(asked, actor=actor))
    return made
