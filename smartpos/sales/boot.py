"""The facts with which the till page starts."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf

from smartpos.catalog.queries.price_types import price_types_in_use
from smartpos.core.i18n import select_locale
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.sales.bodies import shift_report
from smartpos.sales.errors import NoTill
from smartpos.sales.models import Shift
from smartpos.sales.queries import TillPlace, current_shift, often_sold, takings_of, tills_in_use
from smartpos.sales.queries.look import look_facts
from smartpos.sales.till_texts import till_texts

POPULAR_DAYS = 14


def page_facts(actor: Actor) -> dict[str, Any]:
    """``till_facts`` with the texts in the language of the request and the token of its session."""
    return till_facts(actor) | {
        "csrf": generate_csrf(),
        "texts": till_texts(),
        "language": select_locale(),
    }


def till_facts(actor: Actor) -> dict[str, Any]:
    """Who sells where, with what rules, and which shift is open. Raises NoTill when there is none to sell at.

    On a device that was made a till there is that till alone.
    """
    shift = current_shift(actor)
    places = tills_in_use(actor.till_id)
    here = _place(places, shift, actor)
    since = actor.organization.today - timedelta(days=POPULAR_DAYS)
    return {
        "user": {"id": actor.user_id, "name": actor.name, "permissions": sorted(map(str, actor.permissions))},
        "organization": _organization(actor, here),
        "branch": {"id": here.branch_id, "name": here.branch, "address": here.address},
        "tills": [
            {
                "id": place.id,
                "name": place.name,
                "branch_id": place.branch_id,
                "branch": place.branch,
                "receipt_width": place.receipt_width,
                "has_printer": place.has_printer,
                "has_drawer": place.has_printer and place.has_drawer,
            }
            for place in places
        ],
        "till_id": shift.till_id if shift else actor.till_id,
        "shift": shift_report(shift, takings_of(shift)) if shift else None,
        "price_types": [
            {"id": one.id, "name": one.name, "is_default": one.is_default} for one in price_types_in_use()
        ],
        "popular": often_sold(here.branch_id, since=since),
        "urls": _urls(),
    }


def _place(places: list[TillPlace], shift: Shift | None, actor: Actor) -> TillPlace:
    """Where the person sells: at the till of the open shift, else in the branch where they usually work."""
    if not places:
        raise NoTill
    if shift is not None:
        open_at = next((place for place in places if place.id == shift.till_id), None)
        if open_at is not None:
            return open_at
    usual = (place for place in places if place.branch_id == actor.default_branch_id)
    return next(usual, places[0])


def _organization(actor: Actor, here: TillPlace) -> dict[str, Any]:
    tenant = actor.organization
    return {
        "id": tenant.id,
        "name": tenant.name,
        "display_name": actor.setting("display_name") or tenant.name,
        "currency": tenant.currency,
        "timezone": tenant.timezone,
        "cash_rounding": plain(actor.setting("cash_rounding_step")),
        "max_discount_percent": _discount_limit(actor),
        "scale_patterns": actor.setting("scale_patterns"),
        "cash_limit": plain(actor.setting("cash_limit_per_receipt")),
        "lock_after_minutes": actor.setting("lock_after_minutes"),
        "shared_shifts": actor.setting("shared_shifts"),
        "default_credit_limit": plain(actor.setting("default_credit_limit")),
        "loyalty_most_percent": actor.setting("loyalty_most_percent"),
        "foreign_currency": actor.setting("foreign_currency"),
        "receipt": {"width": here.receipt_width} | look_facts(actor),
    }


def _discount_limit(actor: Actor) -> int:
    """The largest discount the person may give alone, in per cent: the role's limit, else the shop's."""
    own = actor.max_discount_percent
    limit: int = actor.setting("max_discount_percent") if own is None else own
    return limit


def _urls() -> dict[str, str]:
    return {
        "till": url_for("sales.till"),
        "facts": url_for("sales_api.get_till_facts"),
        "worker": url_for("sales.till_worker"),
        "home": url_for("identity.home"),
        "login": url_for("identity.login"),
        "profile": url_for("identity.profile"),
        "lock": url_for("identity.lock_till"),
        "pin": url_for("identity_api.till_pin"),
        "cashiers": url_for("identity_api.till_cashiers"),
        "products": "/api/products",
        "categories": "/api/categories",
        "clients": "/api/clients",
        "promotions": "/api/promotions",
        "events": "/api/till-events",
        "sell": url_for("sales_api.sell"),
        "sales": url_for("sales_api.list_sales"),
        "sale": "/api/sales/{id}",
        "open_shift": url_for("sales_api.open_shift"),
        "current_shift": url_for("sales_api.current_shift"),
        "close_shift": "/api/shifts/{id}/close",
    }
