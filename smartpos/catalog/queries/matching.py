"""Finding many products again by what a spreadsheet knows of them: article numbers and barcodes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send


@dataclass(frozen=True, slots=True)
class BarcodeOwner:
    """Whose a barcode is; a deleted product only keeps it until somebody wants it."""

    id: int
    product_id: int
    name: str
    sku: str
    is_deleted: bool


def products_by_sku(
    skus: Collection[str], columns: Collection[str] = (), *, lock: bool = False
) -> dict[str, dict[str, Any]]:
    """Products by article number: ``id``, ``sku``, ``name`` and the named columns; ``lock`` keeps them as they are."""
    return {row["sku"]: row for row in _products("sku = ANY (%(wanted)s::text[])", list(skus), columns, lock)}


def products_by_id(
    ids: Collection[int], columns: Collection[str] = (), *, lock: bool = False
) -> dict[int, dict[str, Any]]:
    """The same by id."""
    return {row["id"]: row for row in _products("id = ANY (%(wanted)s::bigint[])", list(ids), columns, lock)}


def owners_of_barcodes(barcodes: Collection[str]) -> dict[str, BarcodeOwner]:
    """Whose these barcodes are; free ones are missing."""
    rows = send(
        """
        SELECT code.barcode, code.id, product.id, product.name, product.sku, product.deleted_at IS NOT NULL
        FROM product_barcodes AS code
        JOIN products AS product ON product.organization_id = code.organization_id AND product.id = code.product_id
        WHERE code.organization_id = %(organization_id)s AND code.barcode = ANY (%(wanted)s::text[])
        """,
        {"organization_id": current_organization_id(), "wanted": list(barcodes)},
    )
    return {row[0]: BarcodeOwner(*row[1:]) for row in rows}


def _products(
    condition: str, wanted: list[Any], columns: Collection[str], lock: bool
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(["id", "sku", "name", *columns]))
    rows = send(
        f"SELECT {', '.join(names)} FROM products WHERE organization_id = %(organization_id)s "
        f"AND deleted_at IS NULL AND {condition} ORDER BY id" + (" FOR NO KEY UPDATE" if lock else ""),
        {"organization_id": current_organization_id(), "wanted": wanted},
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
