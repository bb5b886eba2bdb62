"""Receipts that nobody has bought, for the preview of the receipt designer."""

from typing import Any

from flask_babel import gettext as _

from smartpos.core.db import utc_now


def _item(name: str, quantity: str, price: str, gross: str, total: str, **facts: str) -> dict[str, Any]:
    return {
        "name": name,
        "unit": _("pcs"),
        "quantity": quantity,
        "price": price,
        "gross": gross,
        "promotion": "0.00",
        "discount": "0.00",
        "vat_rate": "12.00",
        "tax": "0.00",
        "total": total,
    } | facts


def _payment(method: str, amount: str, tendered: str, **facts: str) -> dict[str, Any]:
    return {"method": method, "amount": amount, "tendered": tendered} | facts


def sample_sales(cashier: str, till: str) -> dict[str, dict[str, Any]]:
    """A sale, a sale on credit, a refund and a sale made without a connection, as the API would give them."""
    now = utc_now().isoformat()
    base: dict[str, Any] = {
        "number": "1-24-00173",
        "type": "sale",
        "till": till,
        "cashier": cashier,
        "sold_at": now,
        "created_at": now,
        "customer": None,
        "gross": "98500.00",
        "discount": "6350.00",
        "rounding": "-50.00",
        "total": "92100.00",
        "change": "7900.00",
        "items": [
            _item(_("Black tea, 250 g"), "2.000", "21500.00", "43000.00", "38700.00", tax="4146.43")
            | {"promotion": "4300.00", "promotion_name": _("Tea days")},
            _item(_("Wheat flour, 2 kg"), "1.000", "24500.00", "24500.00", "22450.00", tax="2405.36")
            | {"discount": "2050.00"},
            _item(_("Rice, by weight"), "1.240", "25000.00", "31000.00", "31000.00", tax="3321.43")
            | {"unit": _("kg")},
        ],
        "payments": [_payment("cash", "92100.00", "100000.00")],
    }
    customer = {
        "customer": {"id": 0, "name": _("Dilshod Karimov"), "phone": None},
        "customer_balance": "-142100.00",
        "points_earned": "921.00",
        "points_used": "0.00",
        "points_balance": "3400.00",
    }
    due = utc_now().date().replace(day=28).isoformat()
    credit = base | customer
    credit |= {
        "rounding": "0.00",
        "total": "92150.00",
        "change": "0.00",
        "payments": [
            _payment("card", "42150.00", "42150.00"),
            _payment("credit", "50000.00", "50000.00", due_date=due),
        ],
    }
    refund = base | {
        "type": "refund",
        "number": "1-24-00174",
        "original_number": base["number"],
        "gross": "-21500.00",
        "discount": "-2150.00",
        "rounding": "0.00",
        "total": "-19350.00",
        "change": "0.00",
        "reason": _("Damaged packaging"),
        "items": [
            _item(_("Black tea, 250 g"), "-1.000", "21500.00", "-21500.00", "-19350.00", tax="-2073.21")
            | {"promotion": "-2150.00", "promotion_name": _("Tea days")}
        ],
        "payments": [_payment("cash", "-19350.00", "-19350.00")],
    }
    return {"sale": base, "credit": credit, "refund": refund, "offline": base | {"number": "W-5f0c2a91"}}
