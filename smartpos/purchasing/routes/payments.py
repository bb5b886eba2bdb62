"""The page on which a supplier is paid."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.core.admin import Form
from smartpos.core.admin.fields import EnumField, ExactField
from smartpos.core.admin.formatters import money
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.origins import origin_link
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.permissions import can, require
from smartpos.crm.operations import SUPPLIER_ORIGIN
from smartpos.crm.operations.corrections import LONGEST_REASON
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries import doors
from smartpos.crm.queries.ledgers import Ageing, ageing_of_debts
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.principal import me
from smartpos.purchasing.models import PaidFrom
from smartpos.purchasing.operations.payments import LONGEST_REFERENCE, PaymentFacts, pay_supplier
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.routes.blueprint import blueprint


class PaymentForm(Form):
    """How much, from where, and when."""

    amount = ExactField(_l("Amount"), [InputRequired()], digits=2)
    source = EnumField(_l("Paid from"), kind=PaidFrom, default=PaidFrom.BANK)
    paid_on = DateField(_l("Paid on"), [Optional()], description=_l("Left empty: today"))
    reference = StringField(
        _l("Reference"),
        [Length(max=LONGEST_REFERENCE)],
        description=_l("The number of the bank's order or of the receipt"),
    )
    note = TextAreaField(_l("Note"), [Length(max=LONGEST_REASON)])
    prepayment = BooleanField(
        _l("A prepayment"), description=_l("Allows more than is owed; the rest counts for later purchases.")
    )
    client_uuid = HiddenField()


@blueprint.route("/suppliers/<int:supplier_id>/pay", methods=["GET", "POST"])
def pay(supplier_id: int) -> ResponseReturnValue:
    """Pay a supplier: what is owed is there already, the day is today."""
    require(P.PAYMENT_MAKE)
    supplier = doors.supplier(supplier_id)
    form = PaymentForm()
    if not form.is_submitted():
        ageing = ageing_of_debts(SUPPLIERS.open_debts(supplier.id, me()))
        form.amount.data = _proposed(ageing, supplier.balance)
        form.paid_on.data = me().organization.today
        form.client_uuid.data = str(uuid4())
        return _page(supplier_id, form), 200
    if not form.validate():
        return _page(supplier_id, form), 422
    try:
        payment, _created = pay_supplier(_facts(supplier_id, form), actor=me())
    except SmartPOSError as error:
        _refuse(error, form)
        return _page(supplier_id, form), error.status
    flash(_("Paid: %(amount)s, %(number)s", amount=money(payment.amount), number=payment.number), "success")
    return redirect(_after(supplier_id))


def _proposed(ageing: Ageing, balance: Decimal) -> Decimal | None:
    """What is overdue when that is asked for, else all that is owed."""
    owed = ageing.overdue if request.args.get("amount") == "overdue" else SUPPLIERS.debt_of(balance)
    return owed or None


def _facts(supplier_id: int, form: PaymentForm) -> PaymentFacts:
    try:
        name = UUID(form.client_uuid.data or "")
    except ValueError:
        name = uuid4()
    return PaymentFacts(
        client_uuid=name,
        supplier_id=supplier_id,
        amount=form.amount.data or Decimal(0),
        source=form.source.data,
        paid_on=form.paid_on.data,
        reference=(form.reference.data or "").strip() or None,
        note=(form.note.data or "").strip() or None,
        prepayment=bool(form.prepayment.data),
    )


def _refuse(error: SmartPOSError, form: PaymentForm) -> None:
    # What a view returns is committed: nothing of what was begun may stay.
    db.session.rollback()
    told: dict[str, Any] = error.facts.get("errors") or {}
    at_fields = [name for name in told if name in form]
    for name in at_fields:
        form[name].errors = [*form[name].errors, *told[name]]
    if not at_fields:
        flash(str(error), "error")


def _page(supplier_id: int, form: PaymentForm) -> str:
    supplier = doors.supplier(supplier_id)
    debts = SUPPLIERS.open_debts(supplier.id, me())
    return render_template(
        "purchasing/pay.html",
        supplier=supplier,
        form=form,
        debts=debts,
        ageing=ageing_of_debts(debts),
        cause=origin_link,
        by_hand=SUPPLIER_ORIGIN,
        sees_account=can(CrmPermission.SUPPLIER_ACCOUNT_READ),
        back_url=_after(supplier_id),
    )


def _after(supplier_id: int) -> str:
    if can(CrmPermission.SUPPLIER_ACCOUNT_READ):
        return url_for("crm_suppliers.statement", supplier_id=supplier_id)
    if may_enter() and can(P.PAYMENT_READ):
        return url_for("supplier_payments.index_view")
    return url_for("purchasing.pay", supplier_id=supplier_id)
