"""What is told of a completion, as plain values: what clients and pages hand to the operations."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.errors import Invalid
from smartpos.core.idempotency import fingerprint_of
from smartpos.core.money import COST_LIMIT, QUANTITY_LIMIT, ZERO, plain
from smartpos.identity.actors import Actor
from smartpos.production.permissions import ProductionPermission as P


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What has been made: ``quantity`` good ones and ``scrapped`` bad ones.

    ``client_uuid`` makes it safe to send twice. ``materials``: (product id, quantity) of what was really used, of
    products that the order does not have too; of all
    others as much goes out as the plan says for what was made. ``finish``: nothing more is to come. ``labor_cost`` and
    ``overhead_cost`` are those of the recipe unless they are given.
    """

    quantity: Decimal
    scrapped: Decimal = ZERO
    materials: tuple[tuple[int, Decimal], ...] = ()
    client_uuid: UUID | None = None
    scrap_reason: str | None = None
    batch_number: str | None = None
    expiration_date: date | None = None
    qc_passed: bool | None = None
    qc_notes: str | None = None
    labor_cost: Decimal | None = None
    overhead_cost: Decimal | None = None
    finish: bool = False
    notes: str | None = None

    def content_hash(self, order_id: int) -> str:
        """Of what is told of an order."""
        numbers = [
            None if number is None else plain(number.normalize())
            for number in (self.quantity, self.scrapped, self.labor_cost, self.overhead_cost)
        ]
        used = sorted((product_id, plain(quantity.normalize())) for product_id, quantity in self.materials)
        expires = self.expiration_date.isoformat() if self.expiration_date else None
        told = (self.scrap_reason, self.batch_number, expires, self.qc_passed, self.qc_notes)
        return fingerprint_of([order_id, *numbers, used, *told, self.finish, self.notes])


def check_figures(request: CompletionRequest, actor: Actor) -> None:
    """Raises Invalid for nothing made and for figures that cannot be, Forbidden for costs of one's own."""
    if request.quantity < 0 or request.scrapped < 0 or request.quantity + request.scrapped <= 0:
        sentence = _("Say how much was made: at least something, good or scrapped.")
        raise Invalid(sentence, errors={"quantity": [sentence]})
    named = [product_id for product_id, _quantity in request.materials]
    if len(set(named)) < len(named):
        raise Invalid(_("A material stands twice in this list."))
    if any(not 0 <= quantity <= QUANTITY_LIMIT for _product, quantity in request.materials):
        raise Invalid(_("The quantity of a material must not be negative or too large."))
    for field, cost in (("labor_cost", request.labor_cost), ("overhead_cost", request.overhead_cost)):
        if cost is None:
            continue
        actor.require(P.ORDER_WRITE)
        actor.require(CatalogPermission.COST_READ)
        if not 0 <= cost <= COST_LIMIT:
            sentence = _("A cost must not be negative or too large.")
            raise Invalid(sentence, errors={field: [sentence]})
