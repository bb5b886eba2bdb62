"""The texts of the till page, translated here and filled in by the browser.

A place like ``{name}`` is left for the browser. What counts comes once per plural form (``lines.one``,
``lines.few``, …), because only the browser knows the number.
"""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.sales.counter_texts import counter_texts
from smartpos.sales.receipt_texts import receipt_texts

# For each of CLDR's categories a number that belongs to it in every language of the product that has it.
_SAMPLES = {"one": 1, "few": 2, "many": 5, "other": 5}


def till_texts() -> dict[str, str]:
    """All texts of the till by key, in the language of the request."""
    return {
        **receipt_texts(),
        **_selling(),
        **_paying(),
        **_amounts(),
        **_shift_and_receipts(),
        **_people_and_settings(),
        **_keys(),
        **_counted(),
        **_outbox(),
        **counter_texts(),
    }


def _selling() -> dict[str, str]:
    return {
        "products": _("Products"),
        "search": _("Search for a product"),
        "search_hint": _("Name, barcode or 3*code"),
        "clear_search": _("Clear the search"),
        "search_results": _("Search results"),
        "nothing_found": _("Nothing found"),
        "nothing_found_hint": _("Try another word, a part of the name or the last digits of the barcode."),
        "nothing_found_for": _("Nothing found for “%(query)s”", query="{query}"),
        "quantity_prefix_hint": _("Now scan or type a product; it goes into the cart with this quantity."),
        "choose_one": _("Choose one of these products"),
        "still_loading": _("The products are still loading. Please wait a moment."),
        "categories": _("Categories"),
        "often_sold": _("Often sold"),
        "all_products": _("All"),
        "everything_in": _("All of %(name)s", name="{name}"),
        "empty_category": _("There are no products in this category."),
        "empty_catalogue": _("There are no products yet"),
        "empty_catalogue_hint": _("Add products in the back office; they will appear here by themselves."),
        "loading": _("Loading…"),
        "loading_catalogue": _("Loading the products"),
        "loading_hint": _("This happens only once on this device."),
        "catalogue_failed": _("The products could not be loaded"),
        "catalogue_failed_hint": _("Check the network connection."),
        "try_again_button": _("Try again"),
        "not_in_stock": _("out of stock"),
        "unknown_code": _("Unknown code: %(code)s", code="{code}"),
        "scan_with_camera": _("Scan with the camera"),
        "camera_picture": _("What the camera sees"),
        "camera_starting": _("The camera is starting…"),
        "camera_hint": _("Hold the code in front of the camera."),
        "camera_light": _("Light"),
        "camera_not_allowed": _(
            "The browser may not use the camera. Allow it in the browser's settings for this page."
        ),
        "camera_none": _("This device has no camera."),
        "camera_failed": _("The camera cannot be used right now."),
        "goods_expired": _("%(name)s: expired on %(date)s, not to be sold.", name="{name}", date="{date}"),
        "mark_twice": _("%(name)s: this very piece is on the receipt already.", name="{name}"),
        "unknown_code_while_loading": _(
            "Unknown code: %(code)s. The products are still loading.", code="{code}"
        ),
        "close_window_first": _("Close this window first, then scan again"),
        "cart": _("Cart"),
        "new_receipt": _("New receipt"),
        "clear_cart": _("Clear the cart"),
        "cart_cleared": _("The cart was cleared"),
        "cart_is_empty": _("The cart is empty. Scan a product first."),
        "scan_first": _("Scan a product"),
        "scan_first_hint": _("Or find it by name, or tap it."),
        "card_only": _("card only"),
        "in_stock_only": _("in stock: %(quantity)s", quantity="{quantity}"),
        "less_of": _("One less: %(name)s", name="{name}"),
        "more_of": _("One more: %(name)s", name="{name}"),
        "quantity_of": _("%(name)s, quantity %(quantity)s. Change", name="{name}", quantity="{quantity}"),
        "remove_line": _("Remove: %(name)s", name="{name}"),
        "line_removed": _("Removed: %(name)s", name="{name}"),
        "undo": _("Undo"),
        "panes": _("Products or cart"),
    }


def _paying() -> dict[str, str]:
    return {
        "to_pay": _("To pay"),
        "total": _("Total"),
        "paid": _("Paid"),
        "pay": _("Pay"),
        "payment": _("Payment"),
        "other_payment": _("Other"),
        "method_cash": _("Cash"),
        "method_card": _("Card"),
        "method_transfer": _("Transfer"),
        "mixed_payment": _("Mixed"),
        "cash_given": _("Cash handed over"),
        "the_rest": _("The rest"),
        "still_due": _("Still due"),
        "change": _("Change"),
        "paid_in_full": _("Paid"),
        "cashless_too_much": _(
            "What is not cash is %(amount)s too much; change is given on cash alone.", amount="{amount}"
        ),
        "cash_not_needed": _("It is already paid without the cash."),
        "no_cash_for": _("This may not be sold for cash: %(name)s", name="{name}"),
        "cash_rounding": _("Cash rounding"),
        "rounding": _("Rounding"),
        "vat_amount": _("VAT %(amount)s", amount="{amount}"),
        "of_it_vat": _("VAT %(rate)s%%", rate="{rate}"),
        "of_it_vat_all": _("VAT"),
        "vat_on_top": _("VAT added"),
        "sending_sale": _("Saving the sale"),
        "no_answer": _("The server does not answer"),
        "no_answer_hint": _(
            "The sale is sent again by itself and recorded only once. Do not take the money twice."
        ),
        "back_to_cart": _("Back to the cart"),
        "try_again": _("Please do it again"),
        "no_connection_try_again": _("There is no connection. Try again in a moment."),
        "connected": _("Connected"),
        "no_connection": _("No connection"),
        "sold_change": _("Sold. Change: %(change)s", change="{change}"),
        "next_sale_hint": _("Scan to begin the next receipt."),
        "recorded_title": _("This sale is recorded already"),
        "recorded_text": _(
            "An earlier attempt to sell this cart reached the server before the cart was changed. "
            "Compare it with the receipts of this shift before you sell anything again."
        ),
    }


def _amounts() -> dict[str, str]:
    return {
        "quantity": _("Quantity"),
        "discount": _("Discount"),
        "discount_total": _("Discounts"),
        "discount_for": _("Discount on what"),
        "discount_kind": _("Kind of discount"),
        "on_line": _("On this product"),
        "on_cart": _("On the whole receipt"),
        "percent": _("Per cent"),
        "amount": _("Amount"),
        "no_discount": _("No discount"),
        "discount_too_large": _("The discount is larger than the amount."),
        "discount_above_limit": _("Above %(percent)s%% a manager must allow it.", percent="{percent}"),
        "not_a_number": _("This is not a number."),
        "only_whole": _("The quantity is too fine for this unit: %(unit)s", unit="{unit}"),
        "erase": _("Erase"),
        "remove": _("Remove"),
        "ok": _("OK"),
        "close": _("Close"),
        "done": _("Done"),
    }


def _shift_and_receipts() -> dict[str, str]:
    return {
        "shift": _("Shift"),
        "shift_number": _("Shift %(number)s", number="{number}"),
        "shift_since": _("Shift since %(time)s", time="{time}"),
        "open_shift": _("Open the shift"),
        "open_shift_hint": _("%(name)s, count the cash in the drawer and begin.", name="{name}"),
        "no_shift_permission": _("Your role may not open a shift. Ask a manager."),
        "no_tills": _("There is no till for you yet. Ask a manager to add one."),
        "till": _("Till"),
        "opening_cash": _("Cash in the drawer"),
        "opened": _("Opened"),
        "cashier": _("Cashier"),
        "sold_total": _("Sold"),
        "expected_cash": _("Expected cash"),
        "counted_cash": _("Counted cash"),
        "cart_not_empty": _("There are still products in the cart."),
        "close_shift": _("Close the shift"),
        "shift_closed": _("The shift is closed"),
        "cash_matches": _("The cash is exactly right"),
        "cash_over": _("There is more cash than expected"),
        "cash_short": _("Cash is missing"),
        "receipt": _("Receipt"),
        "receipts": _("Receipts"),
        "receipts_of_shift": _("Receipts of this shift"),
        "receipt_number": _("Receipt no."),
        "date": _("Date"),
        "no_receipts": _("Nothing has been sold in this shift yet."),
        "no_receipt_yet": _("There is no receipt to print yet"),
        "choose_receipt": _("Choose a receipt to see it."),
        "show_more": _("Show more"),
        "details": _("Details"),
        "print": _("Print"),
        "thank_you": _("Thank you for your purchase!"),
    }


def _people_and_settings() -> dict[str, str]:
    return {
        "till_locked": _("The till is locked"),
        "session_ended": _("Please sign in again"),
        "cart_is_kept": _("The cart stays as it is."),
        "who_are_you": _("Who are you?"),
        "pin": _("PIN"),
        "user_name": _("User name, e-mail or phone"),
        "password": _("Password"),
        "sign_in_by_pin": _("Sign in with a PIN"),
        "sign_in": _("Sign in"),
        "sign_in_by_password": _("Sign in with a password"),
        "change_cashier": _("Another cashier"),
        "lock_till": _("Lock the till"),
        "back_office": _("Back office"),
        "my_profile": _("My profile"),
        "menu_of": _("Menu, %(name)s", name="{name}"),
        "light_or_dark": _("Light or dark"),
        "till_settings": _("Settings of this till"),
        "paper_width": _("Receipt paper"),
        "print_after_sale": _("Print a receipt after every sale"),
        "sounds": _("Sounds"),
        "settings_hint": _("These settings are kept on this device."),
        "renew_catalogue": _("Load all products anew"),
    }


def _keys() -> dict[str, str]:
    return {
        "keys": _("Keys"),
        "keys_hint": _("The scanner works everywhere; you need not click into a field first."),
        "key_cash": _("Exact cash, when the search is empty"),
        "key_card": _("Everything by card"),
        "key_payment": _("Other payment: mixed, credit, points"),
        "key_search": _("Search"),
        "key_select": _("Select a line or a result"),
        "key_step": _("One more, one less"),
        "key_quantity": _("Quantity"),
        "key_discount": _("Discount, price"),
        "key_remove": _("Remove the line"),
        "key_customer": _("Customer"),
        "key_hold": _("Park"),
        "key_parked": _("Parked receipts"),
        "key_refund": _("Refund, exchange"),
        "key_history": _("Receipts of the shift"),
        "key_print": _("Print the last receipt"),
        "key_shift": _("Shift, cash in and out"),
        "key_lock": _("Lock the till"),
        "key_back": _("One step back"),
        "key_help": _("Keys"),
    }


def _counted() -> dict[str, str]:
    def lines(number: int) -> str:
        return str(ngettext("%(count)s line", "%(count)s lines", number, count="{count}"))

    def pieces(number: int) -> str:
        return str(ngettext("%(count)s item", "%(count)s items", number, count="{count}"))

    def products_loaded(number: int) -> str:
        return str(ngettext("%(count)s product so far", "%(count)s products so far", number, count="{count}"))

    def scans_waiting(number: int) -> str:
        return str(
            ngettext(
                "%(count)s scan waits for the next receipt",
                "%(count)s scans wait for the next receipt",
                number,
                count="{count}",
            )
        )

    counters: dict[str, Callable[[int], str]] = {
        "lines": lines,
        "pieces": pieces,
        "products_loaded": products_loaded,
        "scans_waiting": scans_waiting,
    }
    return {
        f"{key}.{category}": count(sample)
        for key, count in counters.items()
        for category, sample in _SAMPLES.items()
    }


# --- Without the network -------------------------------------------------------------------------------------------
def _outbox() -> dict[str, str]:
    return {
        "outbox": _("Outbox"),
        "outbox_waiting": _("Waiting: %(count)s", count="{count}"),
        "outbox_attention": _("Needs attention: %(count)s", count="{count}"),
        "outbox_all_sent": _("All sent"),
        "outbox_unsafe": _("Sales are not kept"),
        "outbox_unsafe_text": _(
            "This browser does not keep sales safely (a private window, a full disk or forbidden storage). Sales are "
            "only made while the server answers. Free some space or open the till in an ordinary window."
        ),
        "outbox_not_promised": _(
            "The browser has not promised to keep this till's data when the device runs full. Install the till as an "
            "application, and do not use it in a private window."
        ),
        "outbox_empty": _("Nothing has been sold on this device in the last days."),
        "outbox_state_attention": _("Needs attention"),
        "outbox_state_sending": _("Being sent"),
        "outbox_state_waiting": _("Waiting"),
        "outbox_state_sent": _("Sent"),
        "outbox_kind_sale": _("Sale"),
        "outbox_kind_refund": _("Refund"),
        "outbox_kind_payment": _("Payment of a debt"),
        "outbox_kind_customer": _("Customer"),
        "outbox_kind_cash": _("Cash in the drawer"),
        "outbox_kind_event": _("Record"),
        "outbox_kind_held": _("Parked receipt"),
        "outbox_no_answer": _("The server does not answer; it is sent again by itself."),
        "outbox_signed_out": _("It goes on as soon as somebody signs in."),
        "outbox_later": _("There is no connection. Everything is sent by itself later."),
        "outbox_attempts": _("attempts: %(count)s", count="{count}"),
        "outbox_sent_at": _("sent at %(time)s", time="{time}"),
        "outbox_send_now": _("Send now"),
        "outbox_export": _("Save as a file"),
        "outbox_import": _("Take in a file"),
        "outbox_exported": _(
            "Saved: %(count)s. Take the file to a till with a connection and choose “Take in a file” there.",
            count="{count}",
        ),
        "outbox_nothing_to_export": _("Everything has reached the server; there is nothing to save."),
        "outbox_imported": _(
            "Taken in: %(added)s. Known already: %(known)s.", added="{added}", known="{known}"
        ),
        "outbox_again": _("Send again"),
        "outbox_open_cart": _("Open as a cart"),
        "outbox_keep": _("Keep it as it was sold"),
        "outbox_discard": _("Take out"),
        "outbox_discard_why": _("Why it is taken out"),
        "outbox_reason": _("Reason"),
        "file_unreadable": _("This is not a file of a till's outbox."),
        "file_other_shop": _("This file belongs to another shop."),
        "file_damaged": _("This file was changed or is damaged. Nothing was taken in."),
        "file_newer": _("This file was made by another version of the till. Nothing was taken in."),
        "file_too_large": _("This file is too large."),
        "app_update_ready": _(
            "A new version of the till is ready. It starts by itself when the cart is empty."
        ),
        "app_updated": _("The till was brought up to date."),
        "wrong_pin_offline": _(
            "The PIN is wrong, or it was not used here within the last day. Without a connection only people with an "
            "open shift at this till can sign in."
        ),
        "wait_after_wrong_pins": _(
            "Too many wrong PINs. Wait %(seconds)s seconds and try again.", seconds="{seconds}"
        ),
        "sale_needs_attention": _(
            "The server did not take sale %(number)s: %(reason)s", number="{number}", reason="{reason}"
        ),
    }
