"""Purchasing in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import RowAction, add_views, register_details_part, register_row_action
from smartpos.core.admin.origins import register_origin
from smartpos.core.admin.trail import describe_subjects
from smartpos.purchasing.admin.common import PURCHASING
from smartpos.purchasing.admin.payments import SupplierPaymentView, to_payment
from smartpos.purchasing.admin.prices import SupplierPriceView, prices_card
from smartpos.purchasing.admin.purchases import PurchaseItemView, PurchaseView
from smartpos.purchasing.models import Purchase, PurchaseItem, SupplierPayment, SupplierPrice
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.payments import SUPPLIER_PAYMENT_ORIGIN
from smartpos.purchasing.queries.purchases import PURCHASE_ORIGIN

describe_subjects({"purchase_costs": _l("Other costs")})


def init_app(app: Flask) -> None:
    """Put the views into the panel, and into those of suppliers what may be done with them here."""
    register_origin(SUPPLIER_PAYMENT_ORIGIN, _l("Payment to a supplier"), "supplier_payments")
    register_origin(PURCHASE_ORIGIN, _l("Purchase"), "purchases")
    add_views(
        app,
        [
            PurchaseView(Purchase, name=_l("Purchases"), category=PURCHASING, endpoint="purchases"),
            PurchaseItemView(
                PurchaseItem, name=_l("Purchased goods"), category=PURCHASING, endpoint="purchase_items"
            ),
            SupplierPaymentView(
                SupplierPayment,
                name=_l("Payments to suppliers"),
                category=PURCHASING,
                endpoint="supplier_payments",
            ),
            SupplierPriceView(
                SupplierPrice, name=_l("Supplier prices"), category=PURCHASING, endpoint="supplier_prices"
            ),
        ],
    )
    register_row_action("suppliers", RowAction("pay", _l("Pay"), "wallet", P.PAYMENT_MAKE, to_payment))
    register_details_part("suppliers", prices_card)
