"""What the row actions of suppliers ask for."""

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.core.admin import Form
from smartpos.core.admin.fields import ExactField
from smartpos.crm.admin.forms import BalanceForm
from smartpos.crm.operations.corrections import LONGEST_REASON
from smartpos.crm.queries import doors


class SupplierOpeningForm(Form):
    """What we owed a supplier, or had paid in advance, when the books began."""

    amount = ExactField(
        _l("Balance"),
        [InputRequired()],
        digits=2,
        description=_l("What we owe: 250 000. With a minus it is what we have paid in advance."),
    )
    due_date = DateField(
        _l("Due on"), [Optional()], description=_l("Left empty, the supplier's payment days decide.")
    )
    note = TextAreaField(_l("Note"), [Length(max=LONGEST_REASON)])


class SupplierCorrectionForm(BalanceForm):
    """A correction with its reason."""

    amount = ExactField(_l("Change of the balance"), [InputRequired()], digits=2)
    due_date = DateField(
        _l("Due on"), [Optional()], description=_l("Of what is owed more; empty: by the payment days.")
    )
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])

    def balance_of(self, number: int) -> Decimal:
        return doors.supplier(number).balance

    def explained(self, balance: str) -> str:
        return _("The balance is %(balance)s. Without a minus we owe more, with one less.", balance=balance)
