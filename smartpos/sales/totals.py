"""What was sold in a shift, kept as JSON in its row: pure functions from one state to the next.

{"counts": {"sale", "refund", "exchange"}, "gross", "discount", "tax", "rounding", "total", "refunded" (positive),
"payments": {method: net}, "cash": {kind: net}, "foreign": {kind: net}, "debts": {method: net}}; amounts are texts with
two digits, so that no float ever holds one. Receipts that arrive after the close are not part of it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from smartpos.core.money import plain

Totals = dict[str, Any]

NOTHING = Decimal("0.00")
AMOUNTS = ("gross", "discount", "tax", "rounding", "total", "refunded")
GROUPS = ("payments", "cash", "foreign", "debts")


def amount_of(totals: Mapping[str, Any], *path: str) -> Decimal:
    """An amount by its place, for example ``amount_of(totals, "payments", "cash")``; 0 where nothing is."""
    found: Any = totals
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return Decimal(found) if found is not None else NOTHING


def count_of(totals: Mapping[str, Any], kind: str) -> int:
    """How many receipts of a type there are."""
    return int(totals.get("counts", {}).get(kind, 0))


def with_receipt(
    totals: Mapping[str, Any],
    *,
    kind: str,
    gross: Decimal,
    discount: Decimal,
    tax: Decimal,
    rounding: Decimal,
    total: Decimal,
    payments: Iterable[tuple[str, Decimal]],
) -> Totals:
    """The totals with one more receipt; of a refund the amounts are negative."""
    added = {"gross": gross, "discount": discount, "tax": tax, "rounding": rounding, "total": total}
    if kind == "refund":
        added["refunded"] = -total
    new = {**totals, "counts": {**totals.get("counts", {}), kind: count_of(totals, kind) + 1}}
    for name in AMOUNTS:
        new[name] = plain(amount_of(totals, name) + added.get(name, NOTHING))
    for method, amount in payments:
        new = _added(new, "payments", method, amount)
    return new


def with_cash(totals: Mapping[str, Any], kind: str, amount: Decimal, *, foreign: bool = False) -> Totals:
    """The totals with cash that went into the drawer (positive) or out of it."""
    return _added(totals, "foreign" if foreign else "cash", kind, amount)


def with_debt(totals: Mapping[str, Any], method: str, amount: Decimal) -> Totals:
    """The totals with a payment of a debt; negative for one that is taken back."""
    return _added(totals, "debts", method, amount)


def _added(totals: Mapping[str, Any], group: str, name: str, amount: Decimal) -> Totals:
    known = totals.get(group, {})
    return {**totals, group: {**known, name: plain(amount_of(totals, group, name) + amount)}}
