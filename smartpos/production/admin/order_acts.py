"""What the views of production orders share: what may be done with an order, and how some of it is shown."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import Form, RowAction, describe
from smartpos.core.admin.filters import YesNo
from smartpos.core.admin.formatters import NOTHING, pill, quantity
from smartpos.core.admin.forms import stripped
from smartpos.core.db import db, utc_now
from smartpos.identity.principal import me
from smartpos.production.models import OrderPriority, OrderStatus, OutputKind, ProductionOrder
from smartpos.production.operations import completing, reverting
from smartpos.production.operations import orders as operations
from smartpos.production.operations.working import LONGEST_REASON, STARTABLE
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import orders as queries

COST = CatalogPermission.COST_READ

describe(
    {
        OrderStatus.PENDING: _l("Waiting"),
        OrderStatus.SCHEDULED: (_l("Planned"), "info"),
        OrderStatus.IN_PROGRESS: (_l("In progress"), "accent"),
        OrderStatus.ON_HOLD: (_l("On hold"), "warn"),
        OrderStatus.COMPLETED: (_l("Completed"), "good"),
        OrderStatus.CANCELLED: (_l("Cancelled"), "bad"),
    }
)
describe(
    {
        OrderPriority.LOW: _l("Low priority"),
        OrderPriority.NORMAL: _l("Usual priority"),
        OrderPriority.HIGH: (_l("High priority"), "warn"),
        OrderPriority.URGENT: (_l("Urgent"), "bad"),
    }
)
describe(
    {
        OutputKind.PRODUCT: (_l("Good"), "good"),
        OutputKind.BY_PRODUCT: (_l("By-product"), "info"),
        OutputKind.SCRAP: (_l("Scrap"), "bad"),
    }
)


class Why(Form):
    """Why something is taken back or called off."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)], filters=[stripped])


class Perhaps(Form):
    """Why work stops for now."""

    reason = StringField(_l("Reason"), [Optional(), Length(max=LONGEST_REASON)], filters=[stripped])


class Late(YesNo):
    """Whether an order should have been done by now."""

    def __init__(self) -> None:
        super().__init__(ProductionOrder.due_at, _l("Late"))

    def test(self, column: Any, value: Any) -> Any:
        late = (column < utc_now()) & ProductionOrder.status.not_in(queries.ENDED)
        return late if value else ~late | column.is_(None)


# --- What may be done -------------------------------------------------------------------------------------------------


def _start(row: ProductionOrder) -> str:
    operations.start_order(row.id, actor=me())
    return _("Work on the order has begun.")


def _pause(row: ProductionOrder, form: Perhaps) -> str:
    operations.pause_order(row.id, form.reason.data, actor=me())
    return _("The order is on hold.")


def _finish(row: ProductionOrder) -> str:
    completing.finish_order(row.id, actor=me())
    return _("The order is finished; what was set aside for it is free again.")


def _cancel(row: ProductionOrder, form: Why) -> str:
    operations.cancel_order(row.id, form.reason.data, actor=me())
    return _("The order is cancelled; what was set aside for it is free again.")


def _revert(row: ProductionOrder, form: Why) -> str:
    reverting.revert_order(row.id, reason=form.reason.data, actor=me())
    return _("Taken back: materials and goods are where they were before.")


def _to(endpoint: str) -> Any:
    return lambda row: redirect(url_for(endpoint, order_id=row.id))


def _is(*states: OrderStatus) -> Any:
    return lambda row: row.status in states


def _works(*states: OrderStatus) -> Any:
    """Visible in these states, to those who may work on the order."""
    return lambda row: row.status in states and queries.may_work_on(row, me())


def _may_cancel(row: ProductionOrder) -> bool:
    return bool(row.is_open and not row.quantity_produced)


def _may_finish(row: ProductionOrder) -> bool:
    return bool(row.is_open and row.quantity_produced and queries.may_work_on(row, me()))


def order_address(order_id: int) -> str:
    """Where an order is shown in the back office."""
    return url_for("production_orders.details_view", id=order_id)


# --- Cells ------------------------------------------------------------------------------------------------------------


def shown_number(_view: Any, _context: Any, row: ProductionOrder, _name: str) -> Any:
    """The number, and below it what asks for attention."""
    below = []
    if row.is_open and row.priority in {OrderPriority.HIGH, OrderPriority.URGENT}:
        below.append(pill(row.priority))
    if row.is_open and row.due_at is not None and row.due_at < utc_now():
        below.append(pill(_("Late"), "bad"))
    shown = Markup('<a href="{}"><b>{}</b></a>').format(order_address(row.id), row.number)
    return Markup("{}<br>{}").format(shown, Markup(" ").join(below)) if below else shown


def shown_progress(_view: Any, _context: Any, row: ProductionOrder, _name: str) -> Any:
    """How much is made of how much, and the scrap."""
    whole = quantity(row.quantity_to_produce, row.product.unit.name)
    made = f"{quantity(row.quantity_completed)} / {whole}"
    if not row.quantity_scrapped:
        return made
    return Markup("{} {}").format(
        made, pill(_("Scrap: %(scrap)s", scrap=quantity(row.quantity_scrapped)), "bad")
    )


def order_link(_view: Any, _context: Any, row: Any, _name: str) -> Any:
    return Markup('<a href="{}">{}</a>').format(order_address(row.order_id), row.order)


def shown_parent(_view: Any, _context: Any, row: ProductionOrder, _name: str) -> Any:
    found = db.session.get(ProductionOrder, row.parent_id) if row.parent_id is not None else None
    if found is None:
        return NOTHING
    return Markup('<a href="{}">{}</a>').format(order_address(found.id), found.number)


def shown_team(_view: Any, _context: Any, row: ProductionOrder, _name: str) -> Any:
    return ", ".join(str(member.user) for member in row.team) or NOTHING


def shown_recipe(_view: Any, _context: Any, row: ProductionOrder, _name: str) -> Any:
    return str(row.bom) if row.bom is not None else NOTHING


def with_product(query: Any, words: list[str], column: Any) -> Any:
    """Narrowed to orders (already joined) whose number or product has every word."""
    query = query.join(Product, Product.id == column)
    for word in words:
        found = ProductionOrder.number.icontains(word, autoescape=True) | (Product.sku == word)
        query = query.filter(found | Product.name.icontains(word, autoescape=True))
    return query


ORDER_ACTIONS = [
    RowAction(
        "start", _l("Start"), "clock", P.ORDER_WORK, _start, visible=_works(*STARTABLE), tone="primary"
    ),
    RowAction(
        "pause",
        _l("Pause"),
        "minus",
        P.ORDER_WORK,
        _pause,
        form=Perhaps,
        visible=_works(OrderStatus.IN_PROGRESS),
    ),
    RowAction(
        "complete",
        _l("Complete"),
        "check",
        P.ORDER_WORK,
        _to("production.complete_order"),
        visible=_works(*STARTABLE, OrderStatus.IN_PROGRESS),
        tone="primary",
    ),
    RowAction(
        "schedule",
        _l("Plan"),
        "calendar",
        P.ORDER_WRITE,
        _to("production.schedule_order"),
        visible=_is(*STARTABLE),
        in_list=False,
    ),
    RowAction(
        "change",
        _l("Edit"),
        "pencil",
        P.ORDER_WRITE,
        _to("production.change_order"),
        visible=lambda row: row.is_open,
        in_list=False,
    ),
    RowAction(
        "sheet",
        _l("Print the work order"),
        "print",
        P.ORDER_READ,
        _to("production.work_order"),
        in_list=False,
    ),
    RowAction(
        "finish",
        _l("Finish"),
        "check",
        P.ORDER_WORK,
        _finish,
        _l("Nothing more will be made, although less is done than planned."),
        visible=_may_finish,
        in_list=False,
    ),
    RowAction(
        "cancel",
        _l("Cancel the order"),
        "x",
        P.ORDER_WRITE,
        _cancel,
        form=Why,
        visible=_may_cancel,
        tone="danger",
    ),
    RowAction(
        "revert",
        _l("Take back everything"),
        "undo",
        P.ORDER_REVERT,
        _revert,
        _l("All that the order has consumed and yielded moves back at the value it had."),
        form=Why,
        visible=lambda row: bool(row.quantity_produced),
        tone="danger",
    ),
]
