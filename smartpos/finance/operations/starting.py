"""What the finances of a new tenant start with: categories of expenses, named in the tenant's language."""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import insert

from smartpos.core.db import db
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.starters import starter
from smartpos.finance.models import ExpenseCategory
from smartpos.identity.models import Organization

CATEGORIES = (
    _l("Rent"),
    _l("Wages"),
    _l("Electricity, water and gas"),
    _l("Transport and delivery"),
    _l("Telephone and internet"),
    _l("Bags and packaging"),
    _l("Cleaning and household goods"),
    _l("Repairs and equipment"),
    _l("Advertising"),
    _l("Taxes and fees"),
    _l("Bank charges"),
    _l("Other expenses"),
)


@starter
def start_finance(organization_id: int) -> None:
    """Lay the usual categories of expenses into a new organization; the caller is in its scope."""
    locale = db.session.get_one(Organization, organization_id).locale
    with force_locale(locale if locale in LANGUAGES else DEFAULT_LANGUAGE):
        # A translation may give two of them one name; a category is there once.
        names = dict.fromkeys(str(name) for name in CATEGORIES)
    db.session.execute(
        insert(ExpenseCategory), [{"organization_id": organization_id, "name": name} for name in names]
    )
