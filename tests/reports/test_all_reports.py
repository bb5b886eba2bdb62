"""Every declared report: what it says of itself holds together, its page and its API answer, links lead somewhere."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from smartpos.core.permissions import declared_permissions
from smartpos.core.reports import FilterKind, Report, declared_reports
from smartpos.reports.links import links_of
from smartpos.reports.queries.running import COUNT
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.conftest import open_till, sell  # noqa: F401 - fixtures

RESERVED = {"sort", "cursor", "limit", "saved", "send", "period", "from", "to", COUNT}


def needed(report: Report, shop: Shop, product_id: int) -> dict[str, Any]:
    """What must be chosen before the report can be shown."""
    known = {"Product": product_id, "Branch": shop.branch_id, "User": shop.users["cashier"]}
    args: dict[str, Any] = {}
    for one in report.filters:
        if not one.required or one.default is not None:
            continue
        if one.kind is FilterKind.ROW and one.model is not None:
            args[one.name] = known[one.model.__name__]
        elif one.kind is FilterKind.CHOICE:
            args[one.name] = next(iter(one.choices or {}))
    return args


def test_declarations_hold_together(app: Flask) -> None:
    known = {permission.name for permission in declared_permissions()}
    for report in declared_reports():
        keys = [column.key for column in report.columns]
        assert len(keys) == len(set(keys)) and COUNT not in keys, report.slug
        assert str(report.title) and str(report.note), report.slug
        asked_for = {report.permission, *report.permissions, *(one.permission for one in report.columns)}
        assert {str(name) for name in asked_for if name} <= known, report.slug
        names = [one.name for one in report.filters if one.kind is not FilterKind.PERIOD]
        assert not RESERVED & set(names) and len(names) == len(set(names)), report.slug
        for one in report.filters:
            assert (one.kind is FilterKind.ROW) == (one.model is not None), (report.slug, one.name)
            assert one.kind is not FilterKind.CHOICE or one.choices, (report.slug, one.name)


def test_every_report_has_a_page_and_an_answer(
    shop: Shop,
    open_till: int,  # noqa: F811
    sell: Callable[..., Any],  # noqa: F811
    client_of: Callable[..., FlaskClient],
    api_of: Callable[..., Api],
) -> None:
    product = shop.product("Non", price="10000", cost="7000")
    sell((product, "2"), cash="20000")
    owner, api = client_of("owner"), api_of("owner")
    wrong: dict[str, Any] = {}
    for report in declared_reports():
        args = needed(report, shop, product)
        page = owner.get(f"/reports/{report.slug}", query_string=args)
        answer = api.get(f"/api/reports/{report.slug}", query_string=args)
        if (page.status_code, answer.status_code) != (200, 200):
            wrong[report.slug] = (page.status_code, answer.status_code, answer.json)
        unasked = owner.get(f"/reports/{report.slug}")
        assert unasked.status_code == 200, report.slug
        linked = [column for column in report.columns if column.link]
        with shop.app.test_request_context(), shop.inside("owner"):
            from flask import g

            g.principal = shop.actor()
            assert set(links_of(linked)) == {column.key for column in linked}, report.slug
    assert wrong == {}
