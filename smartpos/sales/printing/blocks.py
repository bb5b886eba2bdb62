"""What stands on a receipt, from top to bottom, as blocks that page, PDF and printer draw each in its own way.

The till's browser composes the same blocks from the same JSON (``static/till/receipt-blocks.js``);
``tests/vectors/receipts.json`` holds both to the same paper.

A block is a dictionary with ``kind``: logo, shop, title, note, rule, name, row (``label``, ``value``, ``style``),
saved, qr and barcode; all but the logo, the rule and the row have a ``text``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from smartpos.core.money import round_money
from smartpos.sales.receipt_settings import QrKind

Block = dict[str, str]

THIN = "\u202f"
MINUS = "\u2212"
RULE: Block = {"kind": "rule"}
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Look:
    """How the receipts of a shop look. ``logo`` is a PNG of black and white; ``address`` where the product is found."""

    name: str
    branch: str = ""
    place: str = ""
    header: str = ""
    footer: str = ""
    logo: bytes | None = None
    barcode: bool = True
    qr: QrKind = QrKind.OFF
    qr_text: str = ""
    address: str = ""
    vat: bool = True
    cashier: bool = True
    savings: bool = True
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Language:
    """In whose words and by whose clock paper is written."""

    texts: Mapping[str, str]
    zone: ZoneInfo

    def t(self, key: str, **values: str) -> str:
        """A text with its places filled."""
        text = self.texts[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def time(self, moment: str | datetime) -> str:
        """A moment as ``21.11.2026 16:12`` by the shop's clock."""
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return at.astimezone(self.zone).strftime("%d.%m.%Y %H:%M")


def show_number(value: Decimal, most: int, least: int = 0) -> str:
    """A number as tills show it: thin spaces between thousands, a comma, ``least`` to ``most`` digits behind it."""
    whole, _point, fraction = f"{abs(value):.{most}f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    text = f"{int(whole):,}".replace(",", THIN) + (f",{fraction}" if fraction else "")
    return MINUS + text if value < 0 and text.strip("0,") else text


def show_money(value: Decimal) -> str:
    """Money, with two digits behind the comma only where there are any."""
    return show_number(value, 2, 0 if value == value.to_integral_value() else 2)


def row(label: str, value: str, style: str = "") -> Block:
    """A line with something on the left and something on the right."""
    return {"kind": "row", "label": label, "value": value, "style": style}


def text(kind: str, words: str) -> Block:
    """A block of words."""
    return {"kind": kind, "text": words}


def receipt_blocks(
    sale: Mapping[str, Any], look: Look, language: Language, *, copy_at: datetime | None = None
) -> list[Block]:
    """The paper of a receipt. ``sale`` is a receipt as the API gives it; a copy says when it was printed again."""
    paper = _Paper(sale, look, language)
    return [
        *paper.head(copy_at),
        RULE,
        *paper.facts(),
        RULE,
        *paper.lines(),
        RULE,
        *paper.sums(),
        RULE,
        *paper.payments(),
        *paper.customer(),
        *paper.foot(),
    ]


class _Paper:
    def __init__(self, sale: Mapping[str, Any], look: Look, language: Language) -> None:
        self.sale = sale
        self.look = look
        self.t = language.t
        self.time = language.time
        # A refund is written down with negative amounts; on its paper they are what is paid back.
        self.sign = -1 if sale["type"] == "refund" else 1

    def amount(self, of: Mapping[str, Any], field: str) -> Decimal:
        return self.sign * Decimal(of.get(field) or 0)

    def head(self, copy_at: datetime | None) -> Iterator[Block]:
        look = self.look
        if look.logo:
            yield {"kind": "logo"}
        yield text("shop", look.name)
        place = ", ".join(filter(None, (look.branch, look.place)))
        for words in filter(None, (place, look.header)):
            yield text("note", words)
        if self.sale["type"] in {"refund", "exchange"}:
            yield text("title", self.t(f"slip_{self.sale['type']}"))
        if copy_at is not None:
            yield text("title", self.t("slip_copy"))
            yield text("note", self.t("slip_copy_at", time=self.time(copy_at)))

    def facts(self) -> Iterator[Block]:
        sale = self.sale
        has_number = not sale["number"].startswith("W-")
        yield row(self.t("slip_number" if has_number else "slip_code"), sale["number"], "strong")
        if not has_number:
            yield text("note", self.t("slip_number_follows"))
        if sale.get("original_number"):
            yield row(self.t("slip_original"), sale["original_number"], "strong")
        yield row(self.t("slip_date"), self.time(sale.get("sold_at") or sale["created_at"]))
        if sale.get("till"):
            yield row(self.t("slip_till"), sale["till"])
        if self.look.cashier:
            yield row(self.t("slip_cashier"), sale.get("cashier") or "")
        if sale.get("customer"):
            yield row(self.t("slip_customer"), sale["customer"]["name"])
        if sale.get("reason"):
            yield row(self.t("slip_reason"), sale["reason"])

    def lines(self) -> Iterator[Block]:
        back = [item for item in self.sale["items"] if Decimal(item["quantity"]) < 0]
        taken = [item for item in self.sale["items"] if Decimal(item["quantity"]) >= 0]
        if self.sale["type"] == "exchange" and back:
            yield text("note", self.t("slip_returned"))
        for item in back:
            yield from self.line(item)
        if self.sale["type"] == "exchange" and taken:
            yield text("note", self.t("slip_taken"))
        for item in taken:
            yield from self.line(item)

    def line(self, item: Mapping[str, Any]) -> Iterator[Block]:
        yield text("name", item["name"])
        quantity = f"{show_number(abs(Decimal(item['quantity'])), 3)} {item.get('unit') or ''}".strip()
        price = show_money(Decimal(item["price"]))
        yield row(f"{quantity} × {price}", show_money(self.amount(item, "gross")))
        if Decimal(item.get("promotion") or 0):
            name = item.get("promotion_name") or self.t("slip_promotion")
            yield row(name, show_money(-self.amount(item, "promotion")), "less")
        if Decimal(item.get("discount") or 0):
            yield row(self.t("slip_discount"), show_money(-self.amount(item, "discount")), "less")

    def sums(self) -> Iterator[Block]:
        sale = self.sale
        gross, discount = self.amount(sale, "gross"), self.amount(sale, "discount")
        rounding, total = self.amount(sale, "rounding"), self.amount(sale, "total")
        on_top = total - rounding - (gross - discount)
        if discount:
            yield row(self.t("slip_discounts"), show_money(-discount))
        if on_top:
            yield row(self.t("slip_vat_on_top"), show_money(on_top))
        if rounding:
            yield row(self.t("slip_rounding"), show_money(rounding))
        paid_back = self.sign < 0 or total < 0
        label = self.t("slip_paid_back" if paid_back else "slip_total")
        yield row(label, show_money(abs(total)), "total")
        if self.look.vat:
            rates: defaultdict[str, Decimal] = defaultdict(Decimal)
            for item in sale["items"]:
                rates[item["vat_rate"]] += self.amount(item, "tax")
            for rate, tax in rates.items():
                if tax:
                    shown = show_number(Decimal(rate), 2)
                    yield row(self.t("slip_vat", rate=shown), show_number(tax, 2, 2))

    def payments(self) -> Iterator[Block]:
        change = self.amount(self.sale, "change")
        for one in self.sale["payments"]:
            amount, given = Decimal(one["amount"]), Decimal(one["tendered"])
            if one.get("currency"):
                kept = Decimal(one["foreign_amount"])
                rate = Decimal(one["exchange_rate"])
                back = round_money((given - amount) / rate) if given > amount > 0 else NOTHING
                currency = one["currency"]
                shown = show_money(abs(kept + back))
                yield row(self.t("slip_foreign", amount=shown, currency=currency), show_money(abs(given)))
                yield row(self.t("slip_rate", currency=currency, rate=show_number(rate, 4)), "", "less")
                if back:
                    change -= given - amount
                    yield row(self.t("slip_change_foreign", currency=currency), show_money(back))
            elif amount < 0 and self.sale["type"] != "sale":
                key = {"credit": "slip_debt_less", "points": "slip_points_back"}.get(one["method"])
                yield row(self.t(key or f"slip_{one['method']}"), show_money(-amount))
            elif given > 0:
                yield row(self.t(f"slip_{one['method']}"), show_money(given))
                if one.get("due_date"):
                    day = ".".join(reversed(one["due_date"].split("-")))
                    yield row(self.t("slip_due"), day, "strong")
        if change > 0:
            yield row(self.t("slip_change"), show_money(change), "strong")

    def customer(self) -> Iterator[Block]:
        sale = self.sale
        rows: list[Block] = []
        balance = sale.get("customer_balance")
        if balance is not None and Decimal(balance):
            key = "slip_debt" if Decimal(balance) < 0 else "slip_prepaid"
            rows.append(row(self.t(key), show_money(abs(Decimal(balance)))))
        rows += [
            row(self.t(f"slip_{key}"), show_money(Decimal(sale[key])))
            for key in ("points_earned", "points_used")
            if Decimal(sale.get(key) or 0)
        ]
        has_points = any(Decimal(sale.get(f"points_{key}") or 0) for key in ("earned", "used", "balance"))
        if has_points and sale.get("points_balance") is not None:
            rows.append(row(self.t("slip_points_left"), show_money(Decimal(sale["points_balance"]))))
        if sale.get("customer") and rows:
            yield RULE
            yield from rows

    def foot(self) -> Iterator[Block]:
        sale, look = self.sale, self.look
        yield RULE
        saved = Decimal(sale.get("discount") or 0)
        if look.savings and sale["type"] == "sale" and saved > 0:
            yield text("saved", self.t("slip_saved", amount=show_money(saved)))
        yield text("note", look.footer or self.t("slip_thanks"))
        words = qr_words(sale, look)
        if words:
            yield text("qr", words)
        if look.barcode:
            yield text("barcode", sale["number"])


def qr_words(sale: Mapping[str, Any], look: Look) -> str:
    """What the QR code of a receipt says; nothing where there is none."""
    if look.qr is QrKind.LINK and look.address:
        return f"{look.address}/receipts/{quote(sale['number'], safe='')}"
    if look.qr is QrKind.TEXT:
        return look.qr_text.replace("{number}", sale["number"]).replace("{total}", sale["total"])
    return ""
