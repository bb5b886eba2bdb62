"""What came back, on the page of a receipt; and the button that takes a whole receipt back."""

from typing import Any
from uuid import uuid4

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from smartpos.core.admin import Form, RowAction
from smartpos.core.admin.formatters import money
from smartpos.core.admin.forms import stripped
from smartpos.core.db import db
from smartpos.identity.actors import Actor
from smartpos.sales.models import Restock, Sale, SaleStatus, SaleType
from smartpos.sales.operations.refunds import RefundLine, RefundRequest, refund_sale
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.returns import original_sale, returns_of

NONE = "—"


class WhyBack(Form):
    """Why a whole receipt comes back, and where its goods go."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=500)], filters=[stripped])
    restock = SelectField(
        _l("The goods"),
        choices=[
            (Restock.SALE.value, _l("Back to sale")),
            (Restock.DAMAGED.value, _l("Written off as damaged")),
            (Restock.NONE.value, _l("Goods did not come back")),
        ],
    )


def _refund(sale: Sale, form: WhyBack) -> str:
    actor: Actor = g.principal
    restock = Restock(form.restock.data)
    lines = original_sale(sale.id, actor).lines.values()
    back, _made = refund_sale(
        sale.id,
        RefundRequest(
            client_uuid=uuid4(),
            items=tuple(RefundLine(line.id, line.left, restock) for line in lines if line.left > 0),
            reason=form.reason.data,
        ),
        actor=actor,
    )
    return _(
        "Receipt %(number)s gives back %(amount)s: %(ways)s.",
        number=back.number,
        amount=money(-back.total),
        ways=", ".join(f"{_way(one.method.value)} {money(-one.amount)}" for one in back.payments) or NONE,
    )


def _way(method: str) -> str:
    names = {
        "cash": _("Cash"),
        "card": _("Card"),
        "transfer": _("Transfer"),
        "credit": _("Credit"),
        "points": _("Points"),
    }
    return str(names[method])


REFUND = RowAction(
    "refund",
    _l("Refund"),
    "undo",
    P.SALE_REFUND,
    _refund,
    confirm_text=_l(
        "All that is still out of this receipt comes back, in your own open shift, "
        "and the money goes back the way it came."
    ),
    form=WhyBack,
    visible=lambda sale: sale.type is not SaleType.REFUND and sale.status is not SaleStatus.RETURNED,
    in_list=True,
)


def _link(sale: Sale) -> Markup:
    address = url_for("receipts.details_view", id=sale.id)
    return Markup('<a href="{}">{}</a> · {}').format(address, sale.number, money(sale.total_amount))


def original_link(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    """The receipt that a refund or an exchange gives back, as a link."""
    original = db.session.get(Sale, row.original_id) if row.original_id is not None else None
    return _link(original) if original is not None else NONE


def return_links(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    """The receipts that took something of this one back, as links."""
    return Markup("<br>").join(_link(sale) for sale in returns_of(row.id)) or NONE
