"""The texts on paper: receipts and reports of shifts, the same from the till's browser, the server and the printer.

Places like ``{rate}`` are filled in by whoever draws the paper.
"""

from flask_babel import gettext as _


def receipt_texts() -> dict[str, str]:
    """All texts of the paper by key, in the language in force."""
    return {**_heads(), **_amounts(), **_payments(), **_customer(), **_reports()}


def _heads() -> dict[str, str]:
    return {
        "slip_refund": _("REFUND"),
        "slip_exchange": _("EXCHANGE"),
        "slip_copy": _("COPY"),
        "slip_copy_at": _("Printed again: %(time)s", time="{time}"),
        "slip_number": _("Receipt no."),
        "slip_code": _("Receipt code"),
        "slip_number_follows": _("The receipt's number follows when the till is connected again."),
        "slip_original": _("For receipt no."),
        "slip_date": _("Date"),
        "slip_till": _("Till"),
        "slip_cashier": _("Cashier"),
        "slip_reason": _("Reason"),
        "slip_returned": _("Given back by the customer"),
        "slip_taken": _("Taken instead"),
        "slip_test": _("Test page"),
        "slip_printer": _("Printer"),
        "slip_paper": _("Paper"),
        "slip_thanks": _("Thank you for your purchase!"),
    }


def _amounts() -> dict[str, str]:
    return {
        "slip_discount": _("Discount"),
        "slip_promotion": _("Promotion"),
        "slip_discounts": _("Discounts"),
        "slip_vat_on_top": _("VAT added"),
        "slip_vat": _("of it VAT %(rate)s%%", rate="{rate}"),
        "slip_rounding": _("Rounding"),
        "slip_total": _("TOTAL"),
        "slip_paid_back": _("PAID BACK"),
        "slip_saved": _("You saved %(amount)s", amount="{amount}"),
    }


def _payments() -> dict[str, str]:
    return {
        "slip_cash": _("Cash"),
        "slip_card": _("Card"),
        "slip_transfer": _("Transfer"),
        "slip_credit": _("On credit"),
        "slip_points": _("Points"),
        "slip_debt_less": _("Taken off the debt"),
        "slip_points_back": _("Points given back"),
        "slip_foreign": _("Cash, %(amount)s %(currency)s", amount="{amount}", currency="{currency}"),
        "slip_rate": _("1 %(currency)s = %(rate)s", currency="{currency}", rate="{rate}"),
        "slip_change": _("Change"),
        "slip_change_foreign": _("Change, %(currency)s", currency="{currency}"),
        "slip_due": _("To be paid by"),
    }


def _customer() -> dict[str, str]:
    return {
        "slip_customer": _("Customer"),
        "slip_debt": _("Debt now"),
        "slip_prepaid": _("Paid in advance"),
        "slip_points_earned": _("Points earned"),
        "slip_points_used": _("Points used"),
        "slip_points_left": _("Points now"),
    }


def _reports() -> dict[str, str]:
    return {
        "slip_x_report": _("X report"),
        "slip_z_report": _("Z report"),
        "slip_shift": _("Shift"),
        "slip_opened": _("Opened"),
        "slip_closed": _("Closed"),
        "slip_receipts": _("Receipts"),
        "slip_count_sale": _("Sales"),
        "slip_count_refund": _("Refunds"),
        "slip_count_exchange": _("Exchanges"),
        "slip_sold": _("Sold"),
        "slip_vat_in_all": _("of it VAT"),
        "slip_refunded": _("Refunded"),
        "slip_debts_paid": _("Debts paid"),
        "slip_drawer": _("Cash drawer"),
        "slip_cash_opening": _("At the start"),
        "slip_cash_sale": _("From sales"),
        "slip_cash_refund": _("Paid back"),
        "slip_cash_debt": _("From debts"),
        "slip_cash_in": _("Put in"),
        "slip_cash_out": _("Taken out"),
        "slip_cash_expense": _("Expenses"),
        "slip_expected": _("Should be there"),
        "slip_counted": _("Counted"),
        "slip_difference": _("Difference"),
        "slip_late": _("Late receipts"),
    }
