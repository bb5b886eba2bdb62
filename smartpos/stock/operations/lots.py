"""Lots in the ledger: which of them move, first expired, first out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it stands on a box or an invoice. ``expiration_date`` is the last day on which it may be sold."""

    number: str
    expiration_date: date | None = None
    supplier_id: int | None = None


class PostedLot(NamedTuple):
    """How much of a lot moved, and at what value; both signed like the movement."""

    batch_id: int
    quantity: Decimal
    expiration_date: date | None
    number: str
    value: Decimal
