"""The page on which minimum, reorder point and maximum of a branch are set, as in a spreadsheet."""

from typing import Any

from flask import Flask, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from smartpos.catalog.models import Category
from smartpos.core.admin import register_link
from smartpos.core.db import db
from smartpos.core.figures import typed_number
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import require
from smartpos.identity.principal import me
from smartpos.stock.level_texts import level_texts
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries.wanted import wanted_levels
from smartpos.stock.routes.blueprint import MOST_CHOICES, Reading, blueprint, branch_choices

PER_PAGE = 100


@blueprint.get("/stock/wanted")
def wanted() -> tuple[str, int]:
    """What a branch should hold of each product, to be changed in place with the keyboard."""
    require(P.LEVEL_WRITE)
    reading = Reading()
    branches, categories = branch_choices(), _categories()
    usual = me().default_branch_id
    known = {row.id for row in branches}
    branch_id = reading.number("branch", _("There is no such branch."))
    if branch_id is None and "branch" not in reading.problems:
        branch_id = usual if usual in known else next(iter(sorted(known)), None)
    elif branch_id not in known:
        reading.problems["branch"] = _("There is no such branch.")
    category_id = reading.number("category", _("There is no such category."))
    if category_id is not None and category_id not in {row.id for row in categories}:
        reading.problems["category"] = _("There is no such category.")
    only_low, words = reading.text("low") == "1", reading.text("q")
    cursor = request.args.get("cursor") or None
    found = None
    if branch_id is not None and not reading.problems:
        found = wanted_levels(
            branch_id,
            category_id=category_id,
            words=words,
            only_low=only_low,
            limit=PER_PAGE,
            cursor=cursor,
        )
    kept: dict[str, Any] = {"branch": branch_id, "category": category_id, "q": words, "low": int(only_low)}
    kept = {name: value for name, value in kept.items() if value}
    page = render_template(
        "stock/wanted.html",
        branches=branches,
        categories=categories,
        branch_id=branch_id,
        category_id=category_id,
        words=words,
        only_low=only_low,
        problems=reading.problems,
        found=found,
        typed=typed_number,
        first_url=url_for("stock.wanted", **kept) if cursor else "",
        next_url=url_for("stock.wanted", **kept, cursor=found.next_cursor)
        if found and found.next_cursor
        else "",
        boot={
            "branch_id": branch_id,
            "csrf": generate_csrf(),
            "texts": level_texts(),
            "language": select_locale(),
            "timezone": me().organization.timezone,
        },
    )
    return page, 422 if reading.problems else 200


def _categories() -> list[Any]:
    query = select(Category.id, Category.name).where(Category.deleted_at.is_(None))
    return list(db.session.execute(query.order_by(Category.name, Category.id).limit(MOST_CHOICES)))


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(_l("Stock"), _l("Levels by branch"), "stock.wanted", "pencil", P.LEVEL_WRITE, order=12)
