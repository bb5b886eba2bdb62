"""The sheet on which a supplier's invoice is typed, by keyboard alone."""

from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from smartpos.core.admin import register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.loaders import PAGE_LIMIT
from smartpos.core.i18n import select_locale
from smartpos.core.money import plain
from smartpos.core.permissions import can, require
from smartpos.crm.queries.choices import SupplierChoices
from smartpos.identity.principal import me
from smartpos.purchasing.models import Purchase, PurchaseType
from smartpos.purchasing.operations.drafting import EDITABLE
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.goods import bought_goods
from smartpos.purchasing.queries.purchases import lines_of, purchase_of
from smartpos.purchasing.routes.blueprint import address_of, blueprint
from smartpos.purchasing.routes.choices import branch_choices
from smartpos.purchasing.sheet_texts import sheet_texts


@blueprint.get("/purchases/new")
def new_purchase() -> str:
    """An empty sheet."""
    require(P.PURCHASE_WRITE)
    return _page(None)


@blueprint.get("/purchases/<int:purchase_id>/edit")
def edit_purchase(purchase_id: int) -> ResponseReturnValue:
    """The sheet of a draft or an order."""
    require(P.PURCHASE_WRITE)
    purchase = purchase_of(purchase_id)
    if purchase.status not in EDITABLE or purchase.type is not PurchaseType.PURCHASE:
        return redirect(address_of(purchase))
    return _page(purchase)


@blueprint.get("/purchases/suppliers")
def supplier_choices() -> Response:
    """The suppliers that the sheet's search field offers: pairs of number and name."""
    require(P.PURCHASE_WRITE)
    loader = SupplierChoices("supplier")
    rows = loader.get_list(
        request.args.get("query", ""),
        request.args.get("offset", 0, type=int),
        request.args.get("limit", PAGE_LIMIT, type=int),
    )
    return jsonify([loader.format(row) for row in rows])


def _page(purchase: Purchase | None) -> str:
    actor = me()
    boot = {
        "branches": [{"id": row.id, "name": row.name} for row in branch_choices()],
        "branch_id": actor.default_branch_id,
        "suppliers_url": url_for("purchasing.supplier_choices"),
        "user_id": actor.user_id,
        "today": actor.organization.today.isoformat(),
        "may_confirm": can(P.PURCHASE_CONFIRM),
        "csrf": generate_csrf(),
        "texts": sheet_texts(),
        "language": select_locale(),
        "timezone": actor.organization.timezone,
        "details_url": url_for("purchases.details_view") if may_enter() and can(P.PURCHASE_READ) else None,
        "purchase": None if purchase is None else _facts(purchase),
    }
    return render_template("purchasing/sheet.html", boot=boot, purchase=purchase)


def _facts(purchase: Purchase) -> dict[str, Any]:
    lines = lines_of(purchase.id)
    ids = {item.product_id for item, *_rest in lines if item.product_id is not None}
    goods = bought_goods(ids, country=me().organization.country, day=purchase.document_date)
    return {
        "id": purchase.id,
        "number": purchase.number,
        "branch_id": purchase.branch_id,
        "supplier_id": purchase.supplier_id,
        "supplier": purchase.supplier.name if purchase.supplier else "",
        "document_number": purchase.document_number or "",
        "document_date": purchase.document_date.isoformat(),
        "due_date": purchase.due_date.isoformat() if purchase.due_date else "",
        "expected_on": purchase.expected_on.isoformat() if purchase.expected_on else None,
        "vat_included": purchase.vat_included,
        "notes": purchase.notes or "",
        "costs": [
            {
                "kind": cost.kind.value,
                "amount": plain(cost.amount),
                "spread_by": cost.spread_by.value,
                "note": cost.note,
            }
            for cost in purchase.costs
        ],
        "lines": [
            {
                "product_id": item.product_id,
                "product": name or "",
                "raw": item.product_name_raw or "",
                "unit": unit or "",
                "digits": goods[item.product_id].digits if item.product_id in goods else 3,
                "vat_rate": plain(item.vat_rate),
                "quantity": plain(item.quantity),
                "price": plain(item.price),
                "discount": plain(item.discount_percent),
                "lot": item.batch_number or "",
                "expires": item.expiration_date.isoformat() if item.expiration_date else "",
                "sale_price": plain(item.sale_price) if item.sale_price is not None else "",
            }
            for item, name, _sku, unit, _weight in lines
        ],
    }


def init_app(app: Flask) -> None:
    """Put the sheet into the menu."""
    register_link(
        _l("Purchasing"), _l("New purchase"), "purchasing.new_purchase", "plus", P.PURCHASE_WRITE, order=5
    )
