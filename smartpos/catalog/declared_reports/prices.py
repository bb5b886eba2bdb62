"""Which selling prices were changed, by whom and when: read from the audit trail, which misses none."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Numeric, and_, cast, func, null, or_, select, union_all
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Price, PriceType, Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.reporting import (
    CATEGORY,
    CATEGORY_COLUMN,
    NAMES,
    PRODUCT,
    PRODUCT_COLUMN,
    SKU_COLUMN,
    narrowed,
    with_names,
)
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight, shown_name

_MONEY = Numeric(18, 2)
_FIELD = "price"


def _changes(asked: Asked) -> Any:
    """Rows of the trail about prices: of a product itself, and of a price type or a branch."""
    it, other = AuditLog, aliased(AuditLog)
    when = (it.timestamp >= asked.begin, it.timestamp < asked.end)

    def money(values: Any) -> Any:
        return cast(values[_FIELD].astext, _MONEY)

    def number(name: str) -> Any:
        """What a price is of: its row tells, or what the trail keeps of when it was made or taken away."""
        kept = (
            select(func.coalesce(other.new_values, other.old_values)[name].astext)
            .where(
                other.entity_type == "prices",
                other.entity_id == it.entity_id,
                other.action.in_((AuditAction.CREATE, AuditAction.DELETE)),
            )
            .limit(1)
            .correlate(it)
            .scalar_subquery()
        )
        return func.coalesce(getattr(Price, name), cast(kept, BigInteger)).label(name)

    own = select(
        *(it.id, it.timestamp, it.user_id, it.entity_id.label("product_id")),
        cast(null(), BigInteger).label("price_type_id"),
        cast(null(), BigInteger).label("branch_id"),
        money(it.old_values).label("before"),
        money(it.new_values).label("after"),
    ).where(
        *when,
        it.entity_type == "products",
        it.action == AuditAction.UPDATE,
        it.new_values.has_key(_FIELD),
    )
    special = (
        select(
            *(it.id, it.timestamp, it.user_id),
            *(number(name) for name in ("product_id", "price_type_id", "branch_id")),
            money(it.old_values).label("before"),
            money(it.new_values).label("after"),
        )
        .outerjoin(Price, Price.id == it.entity_id)
        .where(
            *when,
            it.entity_type == "prices",
            or_(it.new_values.has_key(_FIELD), it.old_values.has_key(_FIELD)),
        )
    )
    return union_all(own, special).subquery("change")


def _select(asked: Asked) -> AnySelect:
    change = _changes(asked)
    difference = change.c.after - change.c.before
    query: AnySelect = (
        select(
            change.c.id,
            change.c.timestamp.label("moment"),
            *NAMES,
            PriceType.name.label("price_type"),
            Branch.name.label("branch"),
            change.c.before,
            change.c.after,
            difference.label("difference"),
            cast(difference * 100 / func.nullif(change.c.before, 0), Numeric(38, 2)).label("percent"),
            shown_name().label("person"),
        )
        .select_from(change)
        .join(Product, Product.id == change.c.product_id)
        .outerjoin(
            PriceType,
            or_(
                PriceType.id == change.c.price_type_id,
                and_(change.c.price_type_id.is_(None), PriceType.is_default),
            ),
        )
        .outerjoin(Branch, Branch.id == change.c.branch_id)
        .outerjoin(User, User.id == change.c.user_id)
        .where(in_sight(change.c.branch_id))
    )
    query = narrowed(with_names(query), asked)
    if asked["price_type_id"] is not None:
        query = query.where(PriceType.id == asked["price_type_id"])
    if asked["user_id"] is not None:
        query = query.where(change.c.user_id == asked["user_id"])
    return query


declare_report(
    Report(
        slug="price-changes",
        title=_l("Changes of prices"),
        group=ReportGroup.SALES,
        permission=CatalogPermission.PRICE_READ,
        note=_l(
            "Every change of a selling price; a price without one before it is new, one without one after it is gone."
        ),
        icon="price",
        filters=(
            Filter("period", _l("Period"), FilterKind.PERIOD, default=30),
            CATEGORY,
            PRODUCT,
            Filter("price_type_id", _l("Price type"), FilterKind.ROW, model=PriceType),
            Filter("user_id", _l("Person"), FilterKind.ROW, model=User),
        ),
        columns=(
            Column("moment", _l("When"), ColumnKind.MOMENT),
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            Column("price_type", _l("Price type")),
            Column("branch", _l("Branch")),
            Column("before", _l("Price before"), ColumnKind.MONEY),
            Column("after", _l("Price"), ColumnKind.MONEY),
            Column("difference", _l("Difference"), ColumnKind.MONEY),
            Column("percent", _l("Change"), ColumnKind.PERCENT),
            Column("person", _l("Person")),
        ),
        select=_select,
        order=("-moment", "-id"),
    )
)
