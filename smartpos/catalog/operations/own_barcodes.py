"""Barcodes of the shop's own, for goods that came without: EAN-13 with a prefix from 20 to 29.

A number is never given twice, not even when the barcode it was given for is removed later: the label may still stick on
something. The counter of the prefix is a row that stays locked until the transaction ends, so that two people who give
barcodes at once get different ones.
"""

import re
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from smartpos.catalog.errors import NoBarcodePrefix
from smartpos.catalog.label_settings import PREFIXES
from smartpos.catalog.models import Product, ProductBarcode
from smartpos.catalog.operations.products import touch_products
from smartpos.catalog.queries.labels import products_without_barcode
from smartpos.catalog.queries.pricing import in_ids
from smartpos.catalog.scales import SCALE_SETTING
from smartpos.core.barcodes import check_digit
from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField

MOST_AT_ONCE = 5000
DIGITS = 10

_LOCK = """
INSERT INTO document_counters AS counter (organization_id, kind, last_number)
VALUES (%(organization_id)s, %(kind)s, 0)
ON CONFLICT (organization_id, kind) DO UPDATE SET last_number = counter.last_number
RETURNING last_number
"""
_COUNT = """
UPDATE document_counters SET last_number = %(last)s
WHERE organization_id = %(organization_id)s AND kind = %(kind)s
"""


def give_barcodes(product_ids: Collection[int], *, actor: Actor) -> dict[int, str]:
    """Give each of these products that has no barcode for a single piece one of the shop's own.

    Gives the new barcode of each product that got one, by a number of statements that does not grow with the products.
    Raises BadField for too many at once, NoBarcodePrefix when the scale uses all prefixes or the chosen one.
    """
    if len(product_ids) > MOST_AT_ONCE:
        raise BadField("product_ids", _("At most %(most)s products at once.", most=MOST_AT_ONCE))
    prefix = own_prefix(actor)
    place = {"organization_id": current_organization_id(), "kind": f"barcode_{prefix}"}
    last = int(send(_LOCK, place)[0][0])
    # Asked only now: whoever gave barcodes to the same goods at the same time has finished.
    given: dict[int, str] = {}
    waiting = products_without_barcode(product_ids)
    while waiting:
        codes, last = _free_codes(prefix, last, len(waiting))
        rows = [
            {"product_id": number, "barcode": code, "organization_id": place["organization_id"]}
            for number, code in zip(waiting, codes, strict=True)
        ]
        # Somebody may be typing one of these codes at this very moment; that product gets the next one.
        written = (
            insert(ProductBarcode)
            .on_conflict_do_nothing()
            .returning(ProductBarcode.product_id, ProductBarcode.barcode)
        )
        given |= dict(db.session.execute(written.values(rows)).all())
        waiting = [number for number in waiting if number not in given]
        send(_COUNT, {**place, "last": last})
    if given:
        touch_products(in_ids(Product.id, list(given)))
    return given


def own_prefix(actor: Actor) -> str:
    """The two digits with which the shop's own barcodes begin. Raises NoBarcodePrefix."""
    used = _prefixes_of_scales(actor)
    chosen = actor.setting("barcode_prefix")
    if chosen:
        if chosen in used:
            raise NoBarcodePrefix(
                _(
                    "Your scale prints barcodes that begin with %(prefix)s. Choose another number for your own in "
                    "the settings.",
                    prefix=chosen,
                )
            )
        return str(chosen)
    free = next((prefix for prefix in PREFIXES if prefix not in used), None)
    if free is None:
        raise NoBarcodePrefix
    return free


def _prefixes_of_scales(actor: Actor) -> set[str]:
    """The prefixes that begin a pattern of the shop's scale, which till and counts read (``catalog.scales``)."""
    patterns = str(actor.setting(SCALE_SETTING) or "").split(",")
    beginnings = [re.match(r"\d*", pattern.strip())[0] for pattern in patterns if pattern.strip()]  # type: ignore[index]
    return {
        prefix
        for prefix in PREFIXES
        for beginning in beginnings
        if beginning.startswith(prefix) or prefix.startswith(beginning)
    }


def _free_codes(prefix: str, last: int, count: int) -> tuple[list[str], int]:
    """So many codes after the ``last`` number that nobody has typed yet, and the number of the last of them."""
    first = f"{prefix}{last + 1:0{DIGITS}d}"
    taken = set(
        db.session.scalars(
            select(ProductBarcode.barcode).where(
                ProductBarcode.barcode >= first,
                ProductBarcode.barcode <= prefix + "9" * (DIGITS + 1),
                ProductBarcode.barcode.regexp_match("^[0-9]{13}$"),
            )
        )
    )
    codes: list[str] = []
    while len(codes) < count:
        last += 1
        if last >= 10**DIGITS:
            raise NoBarcodePrefix
        body = f"{prefix}{last:0{DIGITS}d}"
        code = body + check_digit(body)
        if code not in taken:
            codes.append(code)
    return codes, last
