"""Lays the two demo tenants into an installation that has none yet."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Literal

from sqlalchemy import exists, select, text

from smartpos.catalog.queries import vat_rates_on
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.demo.bakery import formulas_of
from smartpos.demo.cast import CASHIERS, PLACES_BY_DUTY, STORES
from smartpos.demo.catalogue import DemoProduct, best_sellers, read_products, read_recipes
from smartpos.demo.counter import Counter
from smartpos.demo.goods import write_goods
from smartpos.demo.history import Plan, tell_history
from smartpos.demo.numbers import Numbers
from smartpos.demo.people import Login, write_bahor, write_navruz
from smartpos.demo.rows import HistoryWriter
from smartpos.demo.warehouse import Warehouse
from smartpos.demo.workshop import Workshop
from smartpos.identity.actors import Actor
from smartpos.identity.models import Organization, User
from smartpos.identity.passwords import hash_password
from smartpos.identity.queries import system_actor
from smartpos.reports.operations.summaries import rebuild_summaries
from smartpos.stock.operations import set_opening_balances

PLANS = {"full": Plan(days=90, receipts=20_000), "small": Plan(days=10, receipts=320)}
NEIGHBOUR_OPENING = Decimal(40)

Size = Literal["full", "small"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was loaded and who can sign in."""

    products: int
    receipts: int
    shifts: int
    movements: int
    seconds: float
    organizations: dict[str, int]
    logins: list[Login]


def load_demo(
    password: str, *, size: Size = "full", now: datetime | None = None, progress: Progress = lambda step: None
) -> Summary | None:
    """Make the tenants ``bahor`` and ``navruz``; everybody in them signs in with ``password``.

    Does nothing and gives None when the installation has any tenant besides the platform. ``now`` is where the
    history ends, ``progress`` is told what comes next. Flushes; the caller commits, so that it is all or nothing.
    """
    begun = monotonic()
    if has_tenants():
        return None
    products = read_products()
    progress("people")
    bahor, navruz = write_bahor(password), write_navruz(password)
    moment = now or utc_now()
    with tenant_scope(bahor.organization_id):
        actor = system_actor(bahor.organization_id)
        vat_rates = _vat_rates(actor, moment)
        progress("products")
        goods = write_goods(products, actor=actor)
        progress("history")
        recipes = read_recipes()
        history = tell_history(
            products,
            recipes,
            STORES,
            plan=PLANS[size],
            places=PLACES_BY_DUTY,
            reserve_cashier=len(CASHIERS) - 1,
            vat_rates=vat_rates,
            now=moment,
            zone=actor.organization.zone,
        )
        numbers = Numbers(
            branches=bahor.branches,
            tills=bahor.tills,
            cashiers=[bahor.users[username] for username in CASHIERS],
            storekeeper=bahor.users["warehouse"],
            products=goods.products,
            units=goods.units,
        )
        formulas = formulas_of(products, recipes)
        workshop = Workshop(
            history,
            products,
            formulas,
            numbers=numbers,
            founded=bahor,
            now=moment,
            zone=actor.organization.zone,
        )
        writer = HistoryWriter(history, products, numbers, workshop)
        for step, write in (
            ("recipes", workshop.write_recipes),
            ("stock", writer.write_stock),
            ("production", workshop.write_orders),
            ("customers", writer.write_customers),
            ("shifts", writer.write_shifts),
            ("sales", writer.write_sales),
            ("accounts", writer.write_accounts),
            ("movements", writer.write_movements),
            ("cash", writer.write_cash),
        ):
            progress(step)
            write()
        progress("counter")
        Counter(products, numbers, history, bahor, vat_rates).play()
        progress("warehouse")
        Warehouse(products, numbers, bahor).play()
        progress("workshop")
        workshop.play()
        progress("summaries")
        # Nobody else is at work: no receipt of this tenant is still on its way.
        rebuild_summaries(bahor.organization_id, settles_after=timedelta(0))
    progress("neighbour")
    with tenant_scope(navruz.organization_id):
        _stock_neighbour(list(best_sellers(products)), navruz.branches[0], navruz.organization_id)
    return Summary(
        products=len(products),
        receipts=len(history.sales),
        shifts=len(history.shifts),
        movements=len(history.shelves.movements),
        seconds=monotonic() - begun,
        organizations={"bahor": bahor.organization_id, "navruz": navruz.organization_id},
        logins=[*bahor.logins, *navruz.logins],
    )


def change_password(organizations: Mapping[str, int], usernames: Collection[str], password: str) -> int:
    """Give the people of the demo another password; how many there were. Flushes."""
    changed = 0
    for domain, organization_id in organizations.items():
        with tenant_scope(organization_id):
            organization = db.session.get(Organization, organization_id)
            if organization is None or organization.domain != domain:
                continue
            for user in db.session.scalars(select(User).where(User.username.in_(usernames))):
                user.password_hash = hash_password(password)
                changed += 1
    return changed


def has_tenants() -> bool:
    """Whether the installation has a tenant besides the platform."""
    with platform_scope(reason="see whether the demo may be loaded"):
        # Two who load at the same time meet here, and the second finds what the first has made.
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('smartpos.demo'))"))
        return bool(db.session.scalar(select(exists().where(~Organization.is_platform))))


def _vat_rates(actor: Actor, now: datetime) -> dict[str, Decimal]:
    day = now.astimezone(actor.organization.zone).date()
    return {code.value: rate for code, rate in vat_rates_on(actor.organization.country, day).items()}


def _stock_neighbour(products: Sequence[DemoProduct], branch_id: int, organization_id: int) -> None:
    actor = system_actor(organization_id)
    goods = write_goods(products, actor=actor)
    balances = [
        (number, NEIGHBOUR_OPENING, product.cost)
        for number, product in zip(goods.products, products, strict=True)
        if product.is_stocked
    ]
    set_opening_balances(branch_id, balances, notes="Boshlang'ich qoldiq", actor=actor)
