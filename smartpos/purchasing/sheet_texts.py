"""The texts of the sheet on which an invoice is typed, filled in by the browser (static/purchasing/sheet.js).

A place like ``{name}`` is left for the browser.
"""

from flask_babel import gettext as _


def sheet_texts() -> dict[str, str]:
    """The texts of the sheet."""
    return {
        "add_cost": _("Add a cost"),
        "amount": _("Amount"),
        "branch": _("Branch"),
        "by_quantity": _("By quantity"),
        "by_value": _("By value"),
        "by_weight": _("By weight"),
        "clear_all": _("Clear all"),
        "clear_question": _("Remove all lines?"),
        "confirm": _("Confirm"),
        "confirm_question": _("The goods come into stock and the supplier is owed for them."),
        "cost_kind": _("What for"),
        "cost_other": _("Other"),
        "cost_transport": _("Transport"),
        "cost_duty": _("Customs duty"),
        "cost_loading": _("Loading"),
        "costs": _("Other costs"),
        "discount": _("Discount, %"),
        "document_date": _("Date"),
        "document_number": _("Supplier's number"),
        "due_date": _("To be paid by"),
        "expires": _("Expires"),
        "goods": _("Goods"),
        "keys": _(
            "Enter goes on to the next cell and after the last one to a new line. Arrows move between lines. "
            "Paste rows from Excel into any cell. Ctrl+S saves, Ctrl+Enter confirms."
        ),
        "line": _("Line"),
        "lot": _("Lot"),
        "no_lines": _("Scan, search or paste what stands on the invoice."),
        "no_network": _("No connection"),
        "no_supplier": _("No supplier"),
        "not_matched": _("Not matched"),
        "nothing_found": _("Nothing found"),
        "notes": _("Notes"),
        "pasted": _(
            "Lines pasted: %(count)s, not matched: %(missing)s", count="{count}", missing="{missing}"
        ),
        "price": _("Price"),
        "product": _("Product"),
        "quantity": _("Quantity"),
        "remove": _("Remove line %(number)s", number="{number}"),
        "sale_price": _("Sale price"),
        "save": _("Save as draft"),
        "saved": _("Saved."),
        "search": _("Scan, or type a name"),
        "spread": _("Spread"),
        "supplier": _("Supplier"),
        "total": _("Total"),
        "unknown_code": _("Nothing here has the code %(code)s.", code="{code}"),
        "vat": _("VAT"),
        "vat_included": _("Prices contain VAT"),
        "wrong_cell": _("Line %(number)s: check “%(column)s”.", number="{number}", column="{column}"),
    }
