"""Completing an order, in part or whole: materials go out and goods come in, in one transaction.

Whatever the number of materials, the number of statements is the same. Locked are, in this order: the order, its
machine, the products that come out, the stock rows of everything that moves, the lots; ``docs/locking.md`` tells why.
What is worth what is told in ``docs/money.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.catalog.models import Product, Unit
from smartpos.catalog.operations.bought import take_in_products
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.idempotency import lock_client_uuid
from smartpos.core.money import COST_LIMIT, HUNDRED, QUANTITY_STEP, plain, round_cost
from smartpos.identity.actors import Actor
from smartpos.production.errors import (
    AboveTolerance,
    CircularRecipe,
    ClientUuidReused,
    MaterialsAreShort,
    OrderInOtherState,
    ProductionTooLarge,
    QualityNotChecked,
)
from smartpos.production.models import (
    BillOfMaterials,
    OrderStatus,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
)
from smartpos.production.operations.completion_facts import CompletionRequest, check_figures
from smartpos.production.operations.ending import ORDER_COMPLETED, end_order, finish_order
from smartpos.production.operations.orders import check_quantity
from smartpos.production.operations.uses import expected_uses, keep_outputs, keep_uses
from smartpos.production.operations.working import (
    STARTABLE,
    begin_work,
    clean_reason,
    refuse_others,
    require_work,
)
from smartpos.production.queries.orders import (
    COMPLETION_ORIGIN,
    NOTHING,
    ORDER_ORIGIN,
    completion_by_client_uuid,
    open_spell,
    order_of,
)
from smartpos.production.yielding import Yield, share_out, standard, within
from smartpos.stock.errors import NotEnoughStock, UnknownGoods
from smartpos.stock.models import Batch
from smartpos.stock.operations import (
    Lot,
    Movement,
    Posted,
    Prepared,
    lock_stock,
    prepare_movements,
    write_movements,
)
from smartpos.stock.operations.reservations import release, take_reserved
from smartpos.stock.queries import Goods, goods_of

__all__ = ["ORDER_COMPLETED", "CompletionRequest", "complete_order", "finish_order"]


@dataclass(frozen=True, slots=True)
class _Yielding:
    """A product that comes out of an order."""

    name: str
    keeps_lots: bool
    shelf_life_days: int | None
    digits: int


def complete_order(order_id: int, request: CompletionRequest, *, actor: Actor) -> ProductionCompletion:
    """Take what an order has yielded into stock, and what it has consumed out of it, at their true costs.

    An order that was not begun is begun first, with the same checks. It ends when as much was made as planned, or with
    ``finish``. The same ``client_uuid`` again gives the first completion and moves nothing. Raises OrderNotFound,
    Forbidden, OrderInOtherState, ClientUuidReused, AnotherOperatorWorks, what ``start_order`` raises, AboveTolerance,
    QualityNotChecked, MaterialsAreShort with all that is short, GoodsExpired, UnknownGoods, CircularRecipe,
    LotExpiryDiffers, ProductionTooLarge, StockTooLarge and Invalid.
    """
    if request.client_uuid is not None:
        lock_client_uuid(request.client_uuid)
        known = completion_by_client_uuid(request.client_uuid)
        if known is not None:
            if known.content_hash != request.content_hash(order_id):
                raise ClientUuidReused(completion_id=known.id)
            return known
    order = order_of(order_id, locked=True, actor=actor)
    require_work(order, actor)
    check_figures(request, actor)
    if order.status in STARTABLE:
        begin_work(order, actor)
    elif order.status is OrderStatus.IN_PROGRESS:
        refuse_others(order, actor)
    else:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    _refuse_excess(order, request, actor)
    if order.qc_required and request.quantity > 0 and request.qc_passed is not True:
        raise QualityNotChecked
    return _Completing(order, request, actor).done()


class _Completing:
    """One completion on its way into the books; the order is locked and may be completed."""

    def __init__(self, order: ProductionOrder, request: CompletionRequest, actor: Actor) -> None:
        self.order, self.request, self.actor = order, request, actor
        self.made = request.quantity + request.scrapped
        self.bom: BillOfMaterials | None = order.bom
        self.materials: list[ProductionMaterial] = list(order.materials)
        self.uses = expected_uses(order, self.materials, self.made, dict(request.materials))
        self.besides = [
            (one.product_id, one.quantity_per_unit, one.cost_percent)
            for one in (self.bom.by_products if self.bom else ())
        ]
        self.outputs = {order.product_id, *(product_id for product_id, _each, _share in self.besides)}

    def done(self) -> ProductionCompletion:
        """Do it all."""
        order, request, actor = self.order, self.request, self.actor
        yielding = self._lock_products()
        self._check_output(yielding[order.product_id])
        goods = goods_of({use.product_id for use in self.uses} | self.outputs)
        self._check_uses(goods)
        touched = {use.product_id for use in self.uses} | {one.product_id for one in self.materials}
        tracked = {
            number for number in touched | self.outputs if number not in goods or goods[number].is_tracked
        }
        lock_stock(tracked, branch_id=order.branch_id, actor=actor)
        taken = self._take(goods)
        values = self._values(taken)
        material = within(sum(values.values(), Decimal("0.0000")))
        labor, overhead = self._labor(), self._overhead()
        total = within(material + labor + overhead)
        yielded = share_out(total, request.quantity, request.scrapped, self.besides)
        completion = self._row(material, labor, overhead, yielded)
        db.session.add(completion)
        self._count(completion)
        db.session.flush()
        coming = self._coming(yielded, yielding)
        write_movements(
            taken,
            origin_kind=COMPLETION_ORIGIN,
            origin_id=completion.id,
            untold={movement.product_id for movement in coming},
            actor=actor,
        )
        arrived = self._bring(coming, goods, completion)
        keep_uses(order, completion, self.materials, self.uses, values)
        keep_outputs(completion, yielded, {one.product_id: _lot_of(one) for one in arrived})
        self._set_costs(yielded)
        self._settle()
        db.session.flush()
        return completion

    # --- Checks ---

    def _lock_products(self) -> dict[int, _Yielding]:
        query = (
            select(Product.id, Product.name, Product.track_batches, Product.shelf_life_days, Unit.digits)
            .join(Unit, Unit.id == Product.unit_id)
            .where(in_ids(Product.id, sorted(self.outputs)))
            .order_by(Product.id)
            .with_for_update(of=Product, key_share=True)
        )
        found = {row[0]: _Yielding(*row[1:]) for row in db.session.execute(query)}
        missing = sorted(self.outputs - found.keys())
        if missing:
            raise UnknownGoods(missing)
        return found

    def _check_output(self, product: _Yielding) -> None:
        request = self.request
        check_quantity(request.quantity, product.digits, "quantity", least=NOTHING)
        check_quantity(request.scrapped, product.digits, "scrapped", least=NOTHING)
        for field, given in (
            ("batch_number", request.batch_number),
            ("expiration_date", request.expiration_date),
        ):
            if given and not product.keeps_lots:
                sentence = _("No lots are kept of %(name)s.", name=product.name)
                raise Invalid(sentence, errors={field: [sentence]})
        if request.expiration_date is not None and request.expiration_date < self.actor.organization.today:
            sentence = _("This day has passed already.")
            raise Invalid(sentence, errors={"expiration_date": [sentence]})

    def _check_uses(self, goods: Mapping[int, Goods]) -> None:
        unknown = sorted({use.product_id for use in self.uses} - goods.keys())
        if unknown:
            raise UnknownGoods(unknown)
        if self.order.product_id in {use.product_id for use in self.uses}:
            name = goods[self.order.product_id].name
            raise CircularRecipe([name, name])

    # --- What goes out ---

    def _take(self, goods: Mapping[int, Goods]) -> Prepared:
        leaving = [
            Movement(use.product_id, -use.quantity, notes=self.order.number)
            for use in self.uses
            if use.quantity > 0
        ]
        try:
            return prepare_movements(
                leaving,
                branch_id=self.order.branch_id,
                allow_negative=self.actor.setting("sell_below_zero"),
                goods=goods,
                actor=self.actor,
            )
        except NotEnoughStock as error:
            raise MaterialsAreShort(error.facts["lines"]) from None

    def _values(self, taken: Prepared) -> dict[int, Decimal]:
        """What the materials that go out are worth, by product."""
        return {posted.product_id: -posted.value for posted in taken.posted}

    def _labor(self) -> Decimal:
        if self.request.labor_cost is not None:
            return self.request.labor_cost
        return standard(self.bom.labor_cost, self.made, self.bom.quantity) if self.bom else Decimal("0.0000")

    def _overhead(self) -> Decimal:
        if self.request.overhead_cost is not None:
            return self.request.overhead_cost
        return (
            standard(self.bom.overhead_cost, self.made, self.bom.quantity) if self.bom else Decimal("0.0000")
        )

    # --- What comes in ---

    def _row(
        self, material: Decimal, labor: Decimal, overhead: Decimal, yielded: Yield
    ) -> ProductionCompletion:
        order, request = self.order, self.request
        newest = select(func.coalesce(func.max(ProductionCompletion.sequence_number), 0)).where(
            ProductionCompletion.order_id == order.id
        )
        spell = open_spell(order.id)
        bom = self.bom
        return ProductionCompletion(
            order_id=order.id,
            branch_id=order.branch_id,
            product_id=order.product_id,
            sequence_number=db.session.execute(newest).scalar_one() + 1,
            client_uuid=request.client_uuid,
            content_hash=request.content_hash(order.id) if request.client_uuid else None,
            quantity=request.quantity,
            scrapped_quantity=request.scrapped,
            scrap_reason=clean_reason(request.scrap_reason) if request.scrapped else None,
            material_cost=material,
            labor_cost=labor,
            overhead_cost=overhead,
            output_cost=yielded.output,
            by_product_cost=yielded.by_product_cost,
            scrap_cost=yielded.scrap,
            standard_cost=standard(bom.total_cost, self.made, bom.quantity) if bom else Decimal("0.0000"),
            qc_passed=request.qc_passed,
            qc_notes=clean_reason(request.qc_notes),
            machine_id=order.machine_id,
            operator_id=spell[0].user_id if spell else self.actor.user_id,
            notes=clean_reason(request.notes),
            created_by=self.actor.user_id,
        )

    def _count(self, completion: ProductionCompletion) -> None:
        order = self.order
        order.quantity_completed += completion.quantity
        order.quantity_scrapped += completion.scrapped_quantity
        order.material_cost += completion.material_cost
        order.labor_cost += completion.labor_cost
        order.overhead_cost += completion.overhead_cost
        order.scrap_cost += completion.scrap_cost
        if order.actual_cost > COST_LIMIT:
            raise ProductionTooLarge
        self.number = f"{order.number}/{completion.sequence_number}"

    def _coming(self, yielded: Yield, yielding: Mapping[int, _Yielding]) -> list[Movement]:
        order, request = self.order, self.request
        coming = []
        if request.quantity > 0:
            lot = self._lot(yielding[order.product_id])
            coming.append(
                Movement(
                    order.product_id, request.quantity, value=yielded.output, notes=order.number, lot=lot
                )
            )
        for one in yielded.by_products:
            product = yielding[one.product_id]
            own = Lot(self.number, self._expiry(product)) if product.keeps_lots else None
            coming.append(
                Movement(one.product_id, one.quantity, value=one.value, notes=order.number, lot=own)
            )
        return coming

    def _lot(self, product: _Yielding) -> Lot | None:
        if not product.keeps_lots:
            return None
        number = (self.request.batch_number or "").strip()
        if not number:
            return Lot(self.number, self.request.expiration_date or self._expiry(product))
        if self.request.expiration_date is not None:
            return Lot(number, self.request.expiration_date)
        # More of a lot that is there expires with it.
        known = db.session.execute(
            select(Batch.expiration_date).where(
                Batch.product_id == self.order.product_id, Batch.batch_number == number
            )
        ).one_or_none()
        return Lot(number, known[0] if known else self._expiry(product))

    def _expiry(self, product: _Yielding) -> date | None:
        if product.shelf_life_days is None:
            return None
        return self.actor.organization.today + timedelta(days=product.shelf_life_days)

    def _bring(
        self, coming: list[Movement], goods: Mapping[int, Goods], completion: ProductionCompletion
    ) -> list[Posted]:
        if not coming:
            return []
        prepared = prepare_movements(coming, branch_id=self.order.branch_id, goods=goods, actor=self.actor)
        write_movements(prepared, origin_kind=COMPLETION_ORIGIN, origin_id=completion.id, actor=self.actor)
        if self.request.quantity > 0:
            lots = prepared.posted[0].lots
            completion.batch_id = lots[0].batch_id if lots else None
            completion.expiration_date = lots[0].expiration_date if lots else None
        return prepared.posted

    def _set_costs(self, yielded: Yield) -> None:
        costs = {}
        if self.request.quantity > 0:
            costs[self.order.product_id] = round_cost(yielded.output / self.request.quantity)
        for one in yielded.by_products:
            # What comes for nothing is not worth nothing for that.
            if one.value:
                costs[one.product_id] = round_cost(one.value / one.quantity)
        take_in_products(dict(sorted(costs.items())), {}, actor=self.actor)

    def _settle(self) -> None:
        """What becomes of the order and of what is set aside for it."""
        order = self.order
        if order.quantity_produced >= order.quantity_to_produce or self.request.finish:
            release(ORDER_ORIGIN, order.id, actor=self.actor)
            end_order(order, actor=self.actor)
            return
        used = {use.product_id: use.quantity for use in self.uses if use.quantity > 0}
        take_reserved(ORDER_ORIGIN, order.id, used, branch_id=order.branch_id, actor=self.actor)


def _lot_of(posted: Posted) -> int | None:
    return posted.lots[0].batch_id if posted.lots else None


def _refuse_excess(order: ProductionOrder, request: CompletionRequest, actor: Actor) -> None:
    """Raises AboveTolerance when more is made than planned, beyond what the shop tolerates."""
    tolerated = 1 + Decimal(actor.setting("production_tolerance_percent")) / HUNDRED
    most = order.quantity_to_produce * tolerated - order.quantity_produced
    if request.quantity + request.scrapped > most:
        left = max(most, NOTHING).quantize(QUANTITY_STEP, ROUND_FLOOR)
        raise AboveTolerance(plain(left.normalize()))
