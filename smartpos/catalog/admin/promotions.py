"""Promotions in the back office, told in words a shopkeeper uses."""

from datetime import datetime
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import selectinload
from wtforms import Field
from wtforms.validators import InputRequired, Length

from smartpos.catalog import operations
from smartpos.catalog.admin.common import Styled
from smartpos.catalog.models import Category, CustomerTier, Promotion, PromotionKind, PromotionTarget
from smartpos.catalog.operations.promotions import ALL_WEEKDAYS, HIGHEST_PRIORITY, LARGEST_GROUP
from smartpos.catalog.operations.values import PRICE_LIMIT
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import DetailsTable, RowAction, Section, TenantView, formatters
from smartpos.core.admin.fields import ChoicesField, EnumField, ExactField, WholeField
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import RemoteChoices
from smartpos.core.admin.shell import asset
from smartpos.core.db import utc_now
from smartpos.core.money import HUNDRED
from smartpos.identity.errors import BadField
from smartpos.identity.principal import me

NAMED_TARGETS = 3
WORKDAYS = 31
_PRODUCTS = ProductChoices("products", placeholder=_l("Type to search"))
_CATEGORIES = RemoteChoices("categories", Category)


def day_names() -> list[str]:
    """What the days of the week are called in the language of the page, Monday first, in short."""
    names = get_day_names("abbreviated", "stand-alone", get_locale() or "en")
    return [names[day] for day in range(7)]


class DayBoxes:
    """A tick for every day of the week."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        boxes = Markup("").join(
            Markup('<label><input type="checkbox" name="{}" value="{}"{}><span>{}</span></label>').format(
                field.name, 1 << day, Markup(" checked") if field.data & 1 << day else "", name
            )
            for day, name in enumerate(day_names())
        )
        return Markup('<div class="days" role="group" id="{}" aria-label="{}">{}</div>').format(
            field.id, str(field.label.text), boxes
        )


class WeekdaysField(Field):
    """Days of the week as bits, Monday is 1."""

    widget = DayBoxes()

    def process_data(self, value: Any) -> None:
        self.data = value or 0

    def process_formdata(self, valuelist: list[Any]) -> None:
        # What no tick of ours says is out of range, and refused as such.
        bits = {int(text) if str(text) in _BITS else ALL_WEEKDAYS + 1 for text in valuelist}
        self.data = sum(bits)


_BITS = {str(1 << day) for day in range(7)}


# --- In words --------------------------------------------------------------------------------------------------------


def reduction(row: Promotion) -> str:
    """What a promotion does to a price."""
    if row.kind is PromotionKind.PERCENT:
        return _("%(percent)s off", percent=formatters.percent(row.percent))
    if row.kind is PromotionKind.AMOUNT:
        return _("%(amount)s off each", amount=formatters.money(row.amount, _currency()))
    if row.kind is PromotionKind.FIXED_PRICE:
        return _("%(amount)s each", amount=formatters.money(row.amount, _currency()))
    return _("Take %(taken)s, pay for %(paid)s", taken=row.buy_quantity, paid=row.pay_quantity)


def aim(row: Promotion) -> str:
    """What it is for: a few of the things it names, or everything."""
    names = [str(one.product or one.category) for one in row.targets]
    if not names:
        return _("everything")
    shown = ", ".join(names[:NAMED_TARGETS])
    rest = len(names) - NAMED_TARGETS
    if rest > 0:
        return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", rest, names=shown)
    return shown


def when(row: Promotion) -> str:
    """The days and hours it holds; empty when it always does."""
    parts = []
    if row.weekdays != ALL_WEEKDAYS:
        parts.append(_days(row.weekdays))
    if row.time_from is not None and row.time_to is not None:
        parts.append(f"{row.time_from:%H:%M}\u2013{row.time_to:%H:%M}")
    return " ".join(parts)


def _days(bits: int) -> str:
    names = day_names()
    if bits == WORKDAYS:
        return f"{names[0]}\u2013{names[4]}"
    return ", ".join(name for day, name in enumerate(names) if bits & 1 << day)


def in_words(row: Promotion) -> str:
    """All a promotion does, in one line."""
    parts = [reduction(row), aim(row), when(row)]
    if row.min_quantity:
        parts.append(_("from %(quantity)s", quantity=formatters.quantity(row.min_quantity)))
    if row.tier is not None:
        parts.append(_("customers: %(tier)s", tier=label_of(row.tier).text))
    if row.branch is not None:
        parts.append(str(row.branch))
    return " · ".join(part for part in parts if part)


def _currency() -> str:
    return me().organization.currency


def standing(row: Promotion, now: datetime | None = None) -> Markup:
    """Whether it holds: running, planned, ended or switched off."""
    now = now or utc_now()
    if row.valid_to is not None and row.valid_to <= now:
        return formatters.pill(_("Ended"))
    if not row.is_active:
        return formatters.pill(_("Switched off"), "warn")
    if row.valid_from is not None and row.valid_from > now:
        return formatters.pill(_("Planned"), "info")
    return formatters.pill(_("Running"), "good")


def _is_open(row: Promotion) -> bool:
    return row.is_active and (row.valid_to is None or row.valid_to > utc_now())


def _end(row: Promotion) -> str:
    operations.end_promotion(row, actor=me())
    return _("“%(name)s” holds no longer. Tills learn it within a minute.", name=row.name)


# --- The view --------------------------------------------------------------------------------------------------------


class PromotionView(Styled, TenantView):
    """Prices that are lower for a reason."""

    permission_read, permission_write = P.PRICE_READ, P.PRICE_WRITE
    menu_icon, menu_order = "percent", 45
    populates_model = False
    new_title, new_label = _l("New promotion"), _l("New promotion")
    lead = _l(
        "Tills take promotions off by themselves. Each line of a receipt gets one: of the highest priority, and of "
        "equals the one that takes off most."
    )
    delete_question = _l("Delete this promotion? Receipts keep what it took off.")
    column_list = ("name", "does", "standing", "valid_from", "valid_to", "priority")
    column_labels = {
        "name": _l("Name"),
        "does": _l("What it does"),
        "standing": _l("State"),
        "kind": _l("Kind"),
        "percent": _l("Per cent"),
        "amount": _l("Amount"),
        "buy_quantity": _l("The customer takes"),
        "pay_quantity": _l("and pays for"),
        "branch": _l("Branch"),
        "tier": _l("Customers"),
        "valid_from": _l("Begins"),
        "valid_to": _l("Ends"),
        "weekdays": _l("Days of the week"),
        "time_from": _l("Hours: from"),
        "time_to": _l("Hours: until"),
        "min_quantity": _l("From what quantity on"),
        "priority": _l("Priority"),
        "is_active": _l("In use"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_formatters = {
        "does": lambda view, context, row, name: in_words(row),
        "standing": lambda view, context, row, name: standing(row),
    }
    column_formatters_detail = {
        **column_formatters,
        "min_quantity": lambda view, context, row, name: formatters.quantity(row.min_quantity or None),
        "weekdays": lambda view, context, row, name: _days(row.weekdays),
        "time_from": lambda view, context, row, name: row.time_from and f"{row.time_from:%H:%M}",
        "time_to": lambda view, context, row, name: row.time_to and f"{row.time_to:%H:%M}",
    }
    column_details_list = (
        *("name", "does", "standing", "kind", "branch", "tier", "min_quantity"),
        *(
            "valid_from",
            "valid_to",
            "weekdays",
            "time_from",
            "time_to",
            "priority",
            "created_at",
            "updated_at",
        ),
    )
    details_tables = (
        DetailsTable(
            "targets",
            _l("What it is for"),
            ("product.name", "category.name"),
            {"product.name": _l("Product"), "category.name": _l("Category")},
        ),
    )
    column_wrap = ("name", "does")
    column_sortable_list = ("name", "valid_from", "valid_to", "priority")
    column_default_sort = ("id", True)
    column_searchable_list = ("name",)
    column_filters = ("kind", "branch", "tier", "is_active", "valid_from", "valid_to")
    form_columns = (
        *("name", "kind", "percent", "amount", "fixed_price", "buy_quantity", "pay_quantity"),
        *("products", "categories", "branch", "tier", "min_quantity"),
        *("valid_from", "valid_to", "weekdays", "time_from", "time_to", "priority", "is_active"),
    )
    form_ajax_refs = {"products": _PRODUCTS, "categories": _CATEGORIES}
    form_extra_fields = {
        "kind": EnumField(_l("What it does"), kind=PromotionKind),
        "percent": ExactField(
            _l("Per cent off"), digits=2, limit=HUNDRED, description=_l("For example 10; at most 100")
        ),
        "amount": ExactField(
            _l("Amount off each"),
            digits=2,
            limit=PRICE_LIMIT,
            description=_l("Off every piece or kilogram; of a pack, off every piece in it"),
        ),
        "fixed_price": ExactField(
            _l("New price of each"),
            digits=2,
            limit=PRICE_LIMIT,
            description=_l("Of one piece or kilogram; what is cheaper anyway stays as it is"),
        ),
        "buy_quantity": WholeField(
            _l("The customer takes"),
            least=0,
            most=LARGEST_GROUP,
            description=_l("Pieces of one group: 3 for “3 for the price of 2”"),
        ),
        "pay_quantity": WholeField(
            _l("and pays for"),
            least=0,
            most=LARGEST_GROUP,
            description=_l("2 for “3 for the price of 2”; the cheapest of each group are free"),
        ),
        "products": ChoicesField(_PRODUCTS, label=_l("Products")),
        "categories": ChoicesField(
            _CATEGORIES, label=_l("Categories"), description=_l("With all categories below them")
        ),
        "tier": EnumField(_l("Customers"), kind=CustomerTier, optional=True),
        "min_quantity": ExactField(
            _l("From what quantity on"),
            digits=3,
            description=_l("Of one line of the receipt, in pieces or kilograms; empty: from the first on"),
        ),
        "weekdays": WeekdaysField(_l("Days of the week"), default=ALL_WEEKDAYS),
        "priority": WholeField(
            _l("Priority"),
            least=-HIGHEST_PRIORITY,
            most=HIGHEST_PRIORITY,
            default=0,
            description=_l("Where several promotions fit, the highest number wins"),
        ),
    }
    form_args = {
        "name": {
            "validators": [InputRequired(), Length(max=200)],
            "description": _l("As it is printed on the receipt"),
        },
        "branch": {"description": _l("Empty: in all branches")},
        "valid_from": {"description": _l("Empty: at once")},
        "valid_to": {"description": _l("Empty: until further notice. At this moment it no longer holds.")},
        "time_from": {"description": _l("Empty: the whole day")},
        "time_to": {"description": _l("Earlier than the beginning: over midnight")},
        "is_active": {"default": True},
    }
    form_wide = ("name", "weekdays", "products", "categories")
    form_sections = (
        Section(
            _l("What it is for"),
            ("products", "categories", "branch", "tier", "min_quantity"),
            _l("Left empty, it is for everything and everybody."),
        ),
        Section(_l("When"), ("valid_from", "valid_to", "weekdays", "time_from", "time_to")),
        Section(_l("More"), ("priority", "is_active")),
    )
    row_actions = [
        RowAction(
            "end",
            _l("End now"),
            "x",
            P.PRICE_WRITE,
            _end,
            confirm_text=_l("End this promotion now?"),
            visible=_is_open,
        )
    ]

    @property
    def extra_js(self) -> list[str]:
        return [asset("js/promotion.js")]

    def extra_loads(self) -> list[Any]:
        return [
            selectinload(Promotion.targets).joinedload(PromotionTarget.product),
            selectinload(Promotion.targets).joinedload(PromotionTarget.category),
        ]

    def on_form_prefill(self, form: Any, id: Any) -> None:  # noqa: A002 - Flask-Admin's name
        row = form._obj
        form.products.data = [one.product for one in row.targets if one.product is not None]
        form.categories.data = [one.category for one in row.targets if one.category is not None]
        if row.kind is PromotionKind.FIXED_PRICE:
            form.fixed_price.data, form.amount.data = row.amount, None
        form.min_quantity.data = row.min_quantity or None

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        for field, name in (("products", "product_ids"), ("categories", "category_ids")):
            facts[name] = [row.id for row in facts.pop(field) or ()]
        fixed_price = facts.pop("fixed_price")
        is_fixed = facts["kind"] is PromotionKind.FIXED_PRICE
        if is_fixed:
            facts["amount"] = fixed_price
        facts["priority"] = facts["priority"] or 0
        try:
            if is_created:
                return operations.create_promotion(actor=me(), **facts)
            return operations.update_promotion(model, actor=me(), **facts)
        except BadField as refusal:
            errors = refusal.facts["errors"]
            if is_fixed and "amount" in errors:
                # The form has a field of its own for the fixed price.
                raise BadField("fixed_price", errors["amount"][0]) from None
            raise

    def remove(self, model: Any) -> None:
        operations.delete_promotion(model, actor=me())
