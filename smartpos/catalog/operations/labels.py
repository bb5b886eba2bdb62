"""Printing labels: the texts of each product, the file in the printer's language, and the note that it was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert

from smartpos.catalog.errors import NothingToPrint
from smartpos.catalog.labels.dots import RESOLUTIONS, Printer
from smartpos.catalog.labels.facts import LabelFacts
from smartpos.catalog.labels.layout import lay_out
from smartpos.catalog.labels.pdf import Sheet, label_picture, labels_pdf
from smartpos.catalog.labels.tspl import labels_tspl
from smartpos.catalog.labels.zpl import labels_zpl
from smartpos.catalog.models import LabelPaper, LabelPrint, LabelTemplate, PriceType
from smartpos.catalog.operations.label_templates import blocks_of, size_of
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.labels import Labelled, Shelf, labelled_products
from smartpos.catalog.queries.stock import stock_of
from smartpos.core.db import db, utc_now
from smartpos.core.figures import grouped
from smartpos.core.money import round_money
from smartpos.core.scope import current_organization_id
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch

MOST_PRODUCTS = 2000
MOST_COPIES = 1000
MOST_LABELS = 5000
THIN = "\u202f"
CURRENCIES = {"UZS": "soʻm", "KZT": "₸"}


class LabelFormat(StrEnum):
    """PDF for office printers and drivers; ZPL and TSPL are the printers' own languages."""

    PDF = "pdf"
    ZPL = "zpl"
    TSPL = "tspl"


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """What to print: ``items`` are products with their copies, in this order.

    With ``by_stock`` every product gets as many as lie in the branch. ``start`` is the first free place on a sheet,
    from 1. ``own_letters``: the printer's fonts have all letters, so that none is sent as a picture. ``is_kept`` says
    whether the labels are noted as printed.
    """

    template: LabelTemplate
    items: Sequence[tuple[int, int]]
    price_type: PriceType
    branch: Branch | None = None
    format: LabelFormat = LabelFormat.PDF
    by_stock: bool = False
    start: int = 1
    dpi: int = RESOLUTIONS[0]
    own_letters: bool = False
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The labels as a file; ``count`` of them, copies counted."""

    content: bytes
    name: str
    count: int


def print_labels(request: LabelRequest, *, language: str, actor: Actor) -> LabelFile:
    """Make the file of labels and note what was printed at which price.

    Raises BadField for products that do not exist, impossible numbers or too many labels; NothingToPrint; Forbidden.
    """
    actor.require(CatalogPermission.LABEL_PRINT)
    template, now = request.template, utc_now()
    copies = _copies(request)
    found = labelled_products(list(copies), _shelf(request, now))
    if len(found) < len(copies):
        raise BadField("items", _("One of these products does not exist (any more)."))
    place = _words_of_place(request, now, actor)
    blocks, size = blocks_of(template), size_of(template)
    labels = [(lay_out(blocks, label_facts(one, **place), size), copies[one.id]) for one in found]
    title = f"{template.name} · {place['date']}"
    if request.format is LabelFormat.PDF:
        content = labels_pdf(labels, size, _sheet(request), title=title, language=language)
    else:
        write = labels_zpl if request.format is LabelFormat.ZPL else labels_tspl
        content = write(labels, size, Printer(request.dpi, request.own_letters))
    if request.is_kept:
        _note(found, copies, request, actor)
    day = now.astimezone(actor.organization.zone).strftime("%Y-%m-%d-%H%M")
    return LabelFile(content, f"labels-{day}.{request.format.value}", sum(copies.values()))


def picture_of_label(request: LabelRequest, *, language: str, actor: Actor) -> bytes:
    """The first label of a request as a PNG. Raises NothingToPrint."""
    size, now = size_of(request.template), utc_now()
    found = labelled_products([number for number, _copies in request.items[:1]], _shelf(request, now))
    if not found:
        raise NothingToPrint
    facts = label_facts(found[0], **_words_of_place(request, now, actor))
    return label_picture(lay_out(blocks_of(request.template), facts, size), size, language=language)


def picture_of_sample(template: LabelTemplate, *, language: str, actor: Actor) -> bytes:
    """A template with a sample on it as a PNG, while it is being designed."""
    size = size_of(template)
    return label_picture(lay_out(blocks_of(template), sample_facts(actor), size), size, language=language)


def sample_facts(actor: Actor) -> LabelFacts:
    """A label of goods that nobody sells, for a template that is being designed."""
    now = utc_now().astimezone(actor.organization.zone)
    currency = currency_name(actor)
    return LabelFacts(
        name=_("Milk chocolate with whole hazelnuts, 85 g"),
        price=f"12{THIN}500",
        currency=currency,
        old_price=f"14{THIN}900 {currency}",
        unit_price=_("%(price)s per %(unit)s", price=f"147{THIN}059 {currency}", unit=_("kg")),
        barcode="4780000000007",
        sku="10045",
        shop=actor.organization.name,
        branch=_("Main street branch"),
        price_type=_("Retail"),
        date=now.strftime("%d.%m.%Y"),
    )


def label_facts(
    one: Labelled, *, shop: str, branch: str, price_type: str, date: str, currency: str
) -> LabelFacts:
    """The texts of a product's label."""
    return LabelFacts(
        name=one.name,
        price=show_money(one.price),
        currency=currency,
        old_price=f"{show_money(one.regular)} {currency}" if one.regular > one.price else "",
        unit_price=_unit_price(one, currency),
        barcode=one.barcode or "",
        sku=one.sku,
        shop=shop,
        branch=branch,
        price_type=price_type,
        date=date,
    )


def show_money(value: Decimal) -> str:
    """An amount with thin spaces between thousands, with decimals only where there are any."""
    shown = f"{value:,.2f}".removesuffix(".00")
    return shown.replace(",", THIN).replace(".", ",")


def currency_name(actor: Actor) -> str:
    """What people call the tenant's money."""
    code = actor.organization.currency
    return CURRENCIES.get(code, code)


def _unit_price(one: Labelled, currency: str) -> str:
    """The price of a kilogram where a pack weighs something else, or of the unit where goods are weighed out."""
    if one.unit_digits:
        return str(_("price per %(unit)s", unit=one.unit))
    if not one.weight or one.weight == 1:
        return ""
    each = round_money(one.price / one.weight)
    shown = each.quantize(Decimal(1)) if each >= 1000 else each
    return str(_("%(price)s per %(unit)s", price=f"{show_money(shown)} {currency}", unit=_("kg")))


def _shelf(request: LabelRequest, at: datetime) -> Shelf:
    return Shelf(request.branch.id if request.branch else None, request.price_type.id, at)


def _words_of_place(request: LabelRequest, now: datetime, actor: Actor) -> dict[str, str]:
    return {
        "shop": actor.organization.name,
        "branch": request.branch.name if request.branch else "",
        "price_type": request.price_type.name,
        "date": now.astimezone(actor.organization.zone).strftime("%d.%m.%Y"),
        "currency": currency_name(actor),
    }


def _copies(request: LabelRequest) -> dict[int, int]:
    """How many of each product, in the order asked for; those of which there are none are left out."""
    if len(request.items) > MOST_PRODUCTS:
        raise BadField("items", _("At most %(most)s products at once.", most=MOST_PRODUCTS))
    if request.dpi not in RESOLUTIONS:
        raise BadField("dpi", _("This choice does not exist."))
    copies: dict[int, int] = {}
    for number, count in request.items:
        if not 1 <= count <= MOST_COPIES:
            raise BadField("copies", _("From 1 to %(most)s.", most=MOST_COPIES))
        copies[number] = copies.get(number, 0) + count
    if request.by_stock:
        stock = stock_of(list(copies), request.branch.id if request.branch else None) or {}
        copies = {
            number: int(quantity.to_integral_value(ROUND_CEILING))
            for number in copies
            if (quantity := stock.get(number, Decimal(0))) > 0
        }
    total = sum(copies.values())
    if total == 0:
        raise NothingToPrint
    if total > MOST_LABELS:
        raise BadField(
            "copies",
            _(
                "These are %(count)s labels; at most %(most)s are printed at once.",
                count=grouped(total, 0),
                most=grouped(MOST_LABELS, 0),
            ),
        )
    return copies


def _sheet(request: LabelRequest) -> Sheet | None:
    template = request.template
    if template.paper is LabelPaper.ROLL:
        return None
    if not 1 <= request.start <= template.columns * template.rows:
        most = template.columns * template.rows
        raise BadField("start", _("From 1 to %(most)s.", most=most))
    return Sheet(template.columns, template.rows, request.start)


def _note(found: Sequence[Labelled], copies: dict[int, int], request: LabelRequest, actor: Actor) -> None:
    rows: list[dict[str, Any]] = [
        {
            "organization_id": current_organization_id(),
            "product_id": one.id,
            "branch_id": request.branch.id if request.branch else None,
            "price_type_id": request.price_type.id,
            "kind": request.template.kind,
            "price": one.price,
            "copies": copies[one.id],
            "printed_by": actor.user_id,
        }
        for one in found
    ]
    db.session.execute(insert(LabelPrint), rows)
