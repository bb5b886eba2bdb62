"""What suppliers ask, in the back office."""

from typing import Any

from flask import render_template, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms.validators import InputRequired, Length

from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import TenantView
from smartpos.core.admin.formatters import number
from smartpos.core.db import db
from smartpos.core.permissions import can
from smartpos.crm.models import Supplier
from smartpos.crm.queries.choices import SupplierChoices
from smartpos.purchasing.models import SupplierPrice
from smartpos.purchasing.operations.prices import LONGEST_SKU, remove_supplier_price, set_supplier_price
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.prices import prices_of

# More of them are behind a link.
MOST_SHOWN = 20


class SupplierPriceView(TenantView):
    """What each supplier asks for each product."""

    permission_read, permission_write = CatalogPermission.COST_READ, P.PRICE_WRITE
    menu_icon, menu_order = "price", 40
    populates_model = False
    new_title, new_label = _l("New supplier price"), _l("New price")
    delete_question = _l("Remove this price? What was bought stays.")
    lead = _l(
        "What each supplier asks and how fast they deliver. A confirmed purchase brings the price up to date."
    )
    search_hint = _l("The supplier's own code")
    column_list = (
        *("product", "supplier", "price", "is_preferred", "min_quantity", "lead_time_days", "supplier_sku"),
        "updated_at",
    )
    column_labels = {
        "product": _l("Product"),
        "supplier": _l("Supplier"),
        "price": _l("Price"),
        "is_preferred": _l("Bought here first"),
        "min_quantity": _l("Least quantity"),
        "lead_time_days": _l("Delivery, days"),
        "supplier_sku": _l("Supplier's code"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {
        "price": _l("With VAT in it, per base unit of the product, in the shop's own currency"),
        "is_preferred": _l("A product is bought from one supplier before others"),
        "min_quantity": _l("The least they deliver"),
        "lead_time_days": _l("Left empty: as always with this supplier"),
    }
    column_formats = {"lead_time_days": number}
    column_sortable_list = ("price", "updated_at")
    column_wrap = ("product", "supplier")
    column_filters = ("supplier", "product", "is_preferred", "price", "updated_at")
    column_searchable_list = ("supplier_sku",)
    form_columns = (
        *("product", "supplier", "price", "is_preferred", "min_quantity", "lead_time_days", "supplier_sku"),
    )
    form_args = {
        "product": {"validators": [InputRequired()]},
        "supplier": {"validators": [InputRequired()]},
        "price": {"validators": [InputRequired()], "description": column_descriptions["price"]},
        "min_quantity": {"description": column_descriptions["min_quantity"]},
        "lead_time_days": {"description": column_descriptions["lead_time_days"]},
        "supplier_sku": {"validators": [Length(max=LONGEST_SKU)]},
    }
    form_ajax_refs = {"supplier": SupplierChoices("supplier"), "product": ProductChoices("product")}

    def title_of(self, model: Any) -> str:
        return f"{model.product.name} · {model.supplier.name}"

    def edit_form(self, obj: Any = None) -> Any:
        """Whose price of what it is stays: another product or supplier is another price."""
        form = super().edit_form(obj)
        del form.product
        del form.supplier
        return form

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        if not is_created:
            return set_supplier_price(model.supplier_id, {**facts, "product_id": model.product_id})  # type: ignore[typeddict-item]
        supplier_id = facts.pop("supplier_id")
        return set_supplier_price(supplier_id, facts)  # type: ignore[arg-type]

    def remove(self, model: Any) -> None:
        remove_supplier_price(model)


def prices_card(supplier: Supplier) -> Markup | None:
    """The prices of a supplier under their details; nothing for those who may not see purchase prices."""
    if not can(CatalogPermission.COST_READ):
        return None
    statement = prices_of(supplier.id).order_by(SupplierPrice.is_preferred.desc(), SupplierPrice.id)
    found = db.session.execute(statement.limit(MOST_SHOWN + 1)).all()
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "purchasing/prices_card.html",
            rows=found[:MOST_SHOWN],
            has_more=len(found) > MOST_SHOWN,
            all_url=url_for("supplier_prices.index_view", flt0_0=supplier.id),
        )
    )
