"""The report of a shift on paper: X while it is open, Z when it is closed."""

from collections.abc import Iterator
from decimal import Decimal

from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till
from smartpos.sales.models import SaleType
from smartpos.sales.printing.blocks import RULE, Block, Language, row, show_money, show_number, text
from smartpos.sales.printing.papers import Paper, language_of
from smartpos.sales.queries import shift_for
from smartpos.sales.queries.look import receipt_look
from smartpos.sales.queries.reports import Drawer, ShiftFigures, shift_figures


def report_paper(shift_id: int, *, actor: Actor) -> Paper:
    """The report of a shift as the actor may see it. Raises NotFound and Forbidden."""
    shift = shift_for(actor, shift_id)
    figures = shift_figures(shift, actor)
    look = receipt_look(actor, db.session.get(Branch, shift.branch_id))
    till = db.session.get_one(Till, shift.till_id)
    language = language_of(actor)
    title = language.t("slip_z_report" if figures.is_final else "slip_x_report")
    blocks = [
        text("shop", look.name),
        text("note", look.branch),
        text("title", title),
        RULE,
        *_facts(figures, language),
        RULE,
        *_sums(figures, language),
        RULE,
        *_ways(figures, language),
        RULE,
        *_drawer(figures.cash, language.t("slip_drawer"), language),
    ]
    if figures.foreign is not None:
        heading = f"{language.t('slip_drawer')}, {shift.foreign_currency}"
        blocks += [RULE, *_drawer(figures.foreign, heading, language)]
    if shift.late_count:
        blocks += [RULE, row(language.t("slip_late"), str(shift.late_count), "strong")]
    return Paper(f"{title} {shift.number}", blocks, look, till.receipt_width)


def _facts(figures: ShiftFigures, language: Language) -> Iterator[Block]:
    shift, t = figures.shift, language.t
    yield row(t("slip_shift"), str(shift.number), "strong")
    yield row(t("slip_till"), shift.till.name)
    yield row(t("slip_cashier"), shift.cashier.display)
    yield row(t("slip_opened"), language.time(shift.opened_at))
    if shift.closed_at is not None:
        yield row(t("slip_closed"), language.time(shift.closed_at))
    else:
        yield row(t("slip_date"), language.time(utc_now()))
    if figures.first_number and figures.last_number:
        yield row(t("slip_receipts"), f"{figures.first_number} \u2013 {figures.last_number}")


def _sums(figures: ShiftFigures, language: Language) -> Iterator[Block]:
    t = language.t
    for kind in SaleType:
        if figures.counts[kind] or kind is SaleType.SALE:
            yield row(t(f"slip_count_{kind.value}"), show_number(Decimal(figures.counts[kind]), 0))
    yield row(t("slip_discounts"), show_money(figures.discount))
    if figures.refunded:
        yield row(t("slip_refunded"), show_money(figures.refunded))
    if figures.rounding:
        yield row(t("slip_rounding"), show_money(figures.rounding))
    yield row(t("slip_sold"), show_money(figures.total), "total")
    yield row(t("slip_vat_in_all"), show_number(figures.tax, 2, 2))


def _ways(figures: ShiftFigures, language: Language) -> Iterator[Block]:
    t = language.t
    for method, amount in figures.payments.items():
        yield row(t(f"slip_{method.value}"), show_money(amount))
    if any(figures.debts.values()):
        yield text("name", t("slip_debts_paid"))
        for method, amount in figures.debts.items():
            if amount:
                yield row(t(f"slip_{method.value}"), show_money(amount), "less")


def _drawer(drawer: Drawer, heading: str, language: Language) -> Iterator[Block]:
    t = language.t
    yield text("name", heading)
    for kind, amount in drawer.moved.items():
        if amount or kind.value == "opening":
            yield row(t(f"slip_cash_{kind.value}"), show_money(amount))
    for key, known in (
        ("slip_expected", drawer.expected),
        ("slip_counted", drawer.counted),
        ("slip_difference", drawer.difference),
    ):
        if known is not None:
            yield row(t(key), show_money(known), "strong")
    if drawer.late:
        yield row(t("slip_late"), show_money(drawer.late))
