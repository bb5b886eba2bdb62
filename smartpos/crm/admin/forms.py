"""The lines of a customer's form, and what row actions ask for."""

from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.core.admin import Form
from smartpos.core.admin.fields import EnumField, ExactField
from smartpos.core.admin.formatters import money
from smartpos.core.admin.forms import LineForm, stripped
from smartpos.core.admin.loaders import parse_id
from smartpos.core.money import plain
from smartpos.crm.models import AddressType
from smartpos.crm.operations.corrections import LONGEST_REASON
from smartpos.crm.queries import doors


def _text(label: Any, longest: int, *, needed: bool = False) -> StringField:
    checks = [InputRequired()] if needed else []
    return StringField(label, [*checks, Length(max=longest)], filters=[stripped])


class ContactLine(LineForm):
    """A person to talk to."""

    first_name = _text(_l("First name"), 100, needed=True)
    last_name = _text(_l("Last name"), 100)
    position = _text(_l("Position"), 100)
    department = _text(_l("Department"), 100)
    phone = _text(_l("Phone"), 40)
    mobile = _text(_l("Mobile"), 40)
    email = _text(_l("E-mail"), 254)
    is_primary = BooleanField(_l("Main contact"))
    is_decision_maker = BooleanField(_l("Decides"))


class AddressLine(LineForm):
    """Where a customer is billed, supplied or seated."""

    type = EnumField(_l("Kind"), kind=AddressType, default=AddressType.SHIPPING)
    address_line_1 = _text(_l("Street and house"), 300, needed=True)
    address_line_2 = _text(_l("More of the address"), 300)
    city = _text(_l("City"), 100)
    state_region = _text(_l("Region"), 100)
    postal_code = _text(_l("Postal code"), 20)
    is_primary = BooleanField(_l("Main address"))


class OpeningForm(Form):
    """What a customer owed or had when the books began."""

    amount = ExactField(
        _l("Balance"),
        [Optional()],
        digits=2,
        description=_l("With a minus the customer owes: \u2212250 000. Without one it is a prepayment."),
    )
    points = ExactField(_l("Points"), [Optional()], digits=2)
    due_date = DateField(
        _l("Due on"), [Optional()], description=_l("Left empty, the customer's payment terms decide.")
    )
    note = TextAreaField(_l("Note"), [Length(max=LONGEST_REASON)])


class BalanceForm(Form):
    """A correction of somebody's balance, which it tells and remembers."""

    seen_balance = HiddenField()

    def __init__(self, formdata: Any = None, **options: Any) -> None:
        super().__init__(formdata, **options)
        number = parse_id(request.values.get("id", ""))
        if number is None:
            return
        balance = self.balance_of(number)
        self.amount.description = self.explained(money(balance))
        if formdata is None:
            # What the person saw when they decided; when it has changed until they send, they look again.
            self.seen_balance.data = plain(balance)

    def balance_of(self, number: int) -> Decimal:
        """The balance as it is now. Raises NotFound."""
        raise NotImplementedError

    def explained(self, balance: str) -> str:
        """What the signs of the amount mean."""
        raise NotImplementedError


class CorrectionForm(BalanceForm):
    """A correction with its reason."""

    amount = ExactField(_l("Change of the balance"), [Optional()], digits=2)
    points = ExactField(
        _l("Change of the points"),
        [Optional()],
        digits=2,
        description=_l("With a minus points are taken away."),
    )
    due_date = DateField(
        _l("Due on"), [Optional()], description=_l("Of what is owed more; empty: by the payment terms.")
    )
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])

    def balance_of(self, number: int) -> Decimal:
        return doors.customer(number).balance

    def explained(self, balance: str) -> str:
        return _(
            "The balance is %(balance)s. With a minus the customer owes more, without one less.",
            balance=balance,
        )


class ReasonForm(Form):
    """Why."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])
