"""How the receipts of a shop look."""

import base64
from typing import Any

from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.files import read_file
from smartpos.core.models import StoredFile
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.sales.printing.blocks import Look
from smartpos.sales.receipt_settings import ADDRESS, LOGO, QrKind


def receipt_logo(actor: Actor) -> bytes | None:
    """The logo on receipts as a PNG of black and white; None where there is none."""
    number = actor.setting(LOGO)
    row = db.session.get(StoredFile, number) if number else None
    if row is None:
        return None
    try:
        return read_file(row)
    except NotFound:  # already in the log; a receipt is printed all the same
        return None


def receipt_look(actor: Actor, branch: Branch | None = None) -> Look:
    """How receipts of a branch look, by the settings in force."""
    return Look(
        name=actor.setting("display_name") or actor.organization.name,
        branch=branch.name if branch else "",
        place=(branch.address or "") if branch else "",
        header=actor.setting("receipt_header"),
        footer=actor.setting("receipt_footer"),
        logo=receipt_logo(actor),
        barcode=actor.setting("receipt_barcode"),
        qr=QrKind(actor.setting("receipt_qr")),
        qr_text=actor.setting("receipt_qr_text"),
        address=actor.setting(ADDRESS),
        vat=actor.setting("receipt_vat"),
        cashier=actor.setting("receipt_cashier"),
        savings=actor.setting("receipt_savings"),
        copies=actor.setting("receipt_copies"),
    )


def look_facts(actor: Actor) -> dict[str, Any]:
    """The same for the till's browser, which knows shop and branch; the logo as an address that needs no network."""
    look = receipt_look(actor)
    return {
        "header": look.header,
        "footer": look.footer,
        "logo": logo_address(look.logo),
        "barcode": look.barcode,
        "qr": look.qr.value,
        "qr_text": look.qr_text,
        "qr_base": look.address,
        "vat": look.vat,
        "cashier": look.cashier,
        "savings": look.savings,
        "copies": look.copies,
    }


def logo_address(logo: bytes | None) -> str | None:
    """A PNG as an address that carries it."""
    return f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else None
