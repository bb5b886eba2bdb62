"""What stands on the receipts of a shop: the settings and the logo."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.files import delete_file, store_file
from smartpos.core.models import StoredFile
from smartpos.identity.actors import Actor
from smartpos.identity.operations import save_settings
from smartpos.sales.printing.logo import logo_dots
from smartpos.sales.receipt_settings import ADDRESS, LOGO, MOST_COPIES, WIDTHS, QrKind

# A longer text makes a code that paper of 58 mm cannot show sharply.
LONGEST_QR = 300
LONGEST_TEXT = 600


def save_receipt_design(values: Mapping[str, Any], *, address: str, actor: Actor) -> None:
    """Keep what the designer chose, all or nothing. ``address`` is where the product was found meanwhile; the QR code
    leads there. Raises Invalid with ``errors`` per key.
    """
    errors: dict[str, list[str]] = {}
    if values["receipt_qr"] not in {kind.value for kind in QrKind}:
        errors["receipt_qr"] = [_("Not a valid choice.")]
    if values["receipt_qr"] == QrKind.TEXT and not values["receipt_qr_text"].strip():
        errors["receipt_qr_text"] = [_("Enter what the QR code says.")]
    if len(values["receipt_qr_text"]) > LONGEST_QR:
        errors["receipt_qr_text"] = [_("At most %(most)s characters.", most=LONGEST_QR)]
    for key in ("receipt_header", "receipt_footer"):
        if len(values[key]) > LONGEST_TEXT:
            errors[key] = [_("At most %(most)s characters.", most=LONGEST_TEXT)]
    if values["receipt_width"] not in WIDTHS:
        errors["receipt_width"] = [_("Receipts are 58 or 80 millimetres wide.")]
    # An empty field is read as None.
    if not 1 <= (values["receipt_copies"] or 0) <= MOST_COPIES:
        errors["receipt_copies"] = [_("From 1 to %(most)s copies.", most=MOST_COPIES)]
    if errors:
        raise Invalid(errors=errors)
    save_settings({**values, ADDRESS: address.rstrip("/")}, actor=actor)


def set_receipt_logo(content: bytes, name: str, *, actor: Actor) -> None:
    """Print this picture at the top of receipts. Raises NotAPicture."""
    row = store_file(logo_dots(content), original_name=name, content_type="image/png")
    _replace_logo(row.id, actor)


def remove_receipt_logo(*, actor: Actor) -> None:
    """Print receipts without a picture."""
    _replace_logo(0, actor)


def _replace_logo(file_id: int, actor: Actor) -> None:
    present = actor.setting(LOGO)
    old = db.session.get(StoredFile, present) if present else None
    save_settings({LOGO: file_id}, actor=actor)
    if old is not None:
        delete_file(old)
