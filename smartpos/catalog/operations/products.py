"""Products, with their barcodes and packs."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import BigInteger, cast, func, select, text, update

from smartpos.catalog.errors import BarcodeTaken, InUse
from smartpos.catalog.models import (
    Category,
    Product,
    ProductBarcode,
    ProductStatus,
    ProductType,
    Unit,
    VatCode,
)
from smartpos.catalog.operations import values
from smartpos.catalog.operations.barcodes import clean_barcode
from smartpos.catalog.operations.indexing import forget_products, index_product, search_key
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries import doors
from smartpos.catalog.queries.pricing import vat_rates_on
from smartpos.catalog.queries.usage import uses_of
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.money import QUANTITY_LIMIT
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import Workspace

MOST_BARCODES = 100
FIRST_SKU = 10001
LONGEST_SKU = 64
# Parts of a product, which go with it.
OWN_TABLES = frozenset({"product_barcodes", "product_images", "product_words", "prices", "label_prints"})
# What changes how a product is found.
NAMING = frozenset({"name", "brand", "tags", "category_id"})
INTANGIBLE = frozenset({ProductType.SERVICE, ProductType.DIGITAL})


class BarcodeFacts(TypedDict, total=False):
    """A barcode; a pack has a ``multiplier`` (base units in it), perhaps a ``price`` of its own and a ``title``."""

    barcode: str
    multiplier: Any
    price: Any
    title: str | None


class ProductFacts(TypedDict, total=False):
    """What can be told about a product. Numbers may come as text; ``barcodes`` replaces all there are."""

    name: str
    sku: str | None
    type: ProductType
    status: ProductStatus
    category_id: int | None
    unit_id: int | None
    workspace_id: int | None
    description: str | None
    price: Any
    cost_price: Any
    markup_percent: Any
    vat_code: VatCode
    vat_included: bool
    mxik_code: str | None
    package_code: str | None
    cash_allowed: bool
    track_inventory: bool
    track_batches: bool
    reorder_quantity: Any
    weight: Any
    dimensions: Mapping[str, Any]
    color: str | None
    brand: str | None
    lead_time_days: int | None
    production_time: int | None
    requires_production: bool
    shelf_life_days: int | None
    specifications: Mapping[str, Any]
    custom_fields: Mapping[str, Any]
    tags: Sequence[str]
    barcodes: Sequence[BarcodeFacts]


def create_product(*, actor: Actor, **facts: Unpack[ProductFacts]) -> Product:
    """Make a product. Needs a ``name``; without a ``unit_id`` it is counted in pieces, without a ``sku`` it is
    given the next free number, without a ``price`` it costs nothing yet.

    Raises BadField, AlreadyTaken (article number), BarcodeTaken, WrongCheckDigit; Forbidden for a price or cost
    that the actor may not set.
    """
    given: dict[str, Any] = {"name": None, **facts}
    if not given.get("sku"):
        given["sku"] = _next_sku()
    if not given.get("unit_id"):
        given["unit_id"] = _unit_of_pieces()
    kind = given.get("type") or ProductType.PRODUCT
    given.setdefault("track_inventory", kind not in INTANGIBLE)
    # Set before anything is compared with them.
    product = Product(price=Decimal(0), cost_price=Decimal(0), created_by=actor.user_id)
    _apply(product, given, actor)
    db.session.add(product)
    db.session.flush()
    index_product(product)
    return product


def update_product(product: Product, *, actor: Actor, **changes: Unpack[ProductFacts]) -> Product:
    """Change what is given and leave the rest. Raises what ``create_product`` raises."""
    given: dict[str, Any] = dict(changes)
    if "sku" in given and not given["sku"]:
        raise BadField("sku", _("This must not be empty."))
    if "unit_id" in given and not given["unit_id"]:
        raise BadField("unit_id", _("This must not be empty."))
    _apply(product, given, actor)
    touch(product)
    db.session.flush()
    if NAMING & given.keys():
        index_product(product)
    return product


def delete_product(product: Product, *, actor: Actor) -> None:
    """Hide a product that was entered by mistake; open tills take it off their lists.

    Raises InUse when anything refers to it: what was ever sold or stocked is discontinued instead.
    """
    uses = uses_of("products", product.id, apart_from=OWN_TABLES)
    if uses:
        raise InUse(
            _(
                "“%(name)s” has a history and cannot be deleted. Set it to discontinued instead.",
                name=product.name,
            ),
            uses=uses,
        )
    product.deleted_at = utc_now()
    product.status = ProductStatus.INACTIVE
    touch(product)
    db.session.flush()
    forget_products([product.id])


def touch(product: Product) -> None:
    """Mark a product as changed, because a part of it has; open tills ask for what has changed."""
    product.updated_at = utc_now()


def touch_products(*conditions: Any) -> None:
    """Mark many products as changed, by one statement."""
    db.session.execute(
        update(Product).where(*conditions).values(updated_at=utc_now()),
        execution_options={"synchronize_session": False},
    )


def _apply(product: Product, given: dict[str, Any], actor: Actor) -> None:
    for field, read in values.READERS.items():
        if field not in given:
            continue
        value = read(given[field], field)
        if field == "price":
            _require_price(product.price != value, actor)
        if (
            field == "cost_price"
            and product.cost_price != value
            and not actor.can(CatalogPermission.COST_READ)
        ):
            raise Forbidden(permission=str(CatalogPermission.COST_READ))
        if field == "vat_code":
            _require_known_rate(value, actor)
        setattr(product, field, value)
    if "name" in given:
        product.search_key = search_key(product.name)
    if "sku" in given:
        product.sku = _free_sku(given["sku"], product)
    if "unit_id" in given:
        product.unit_id = _reference(Unit, given["unit_id"], "unit_id")
    if "category_id" in given:
        product.category_id = _reference(Category, given["category_id"], "category_id")
    if "workspace_id" in given:
        product.workspace_id = _reference(Workspace, given["workspace_id"], "workspace_id")
    if "barcodes" in given:
        _set_barcodes(product, given["barcodes"], actor)


def _require_price(changes: bool, actor: Actor) -> None:
    if changes and not actor.can(CatalogPermission.PRICE_WRITE):
        raise Forbidden(permission=str(CatalogPermission.PRICE_WRITE))


def _require_known_rate(code: VatCode, actor: Actor) -> None:
    """A code without a rate in the country would silently be taxed at nothing."""
    organization = actor.organization
    if code not in vat_rates_on(organization.country, organization.today):
        raise BadField("vat_code", _("There is no such VAT rate in your country."))


def _reference(model: type[Any], row_id: Any, field: str) -> Any:
    """An id that exists for this tenant; None stays None where the column allows it."""
    if row_id is None or row_id == "":
        return None
    good = isinstance(row_id, int) and not isinstance(row_id, bool) and 0 < row_id < 2**63
    row = db.session.get(model, row_id) if good else None
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise BadField(field, _("This choice does not exist."))
    return row.id


def _unit_of_pieces() -> int:
    unit = doors.unit_of_pieces()
    if unit is None:
        raise BadField("unit_id", _("Add a unit of measure first."))
    return unit.id


def _next_sku() -> str:
    """The number after the largest one in use. Whoever asks at the same time waits, so that nobody gets it twice."""
    return reserve_skus(1)[0]


def reserve_skus(count: int, *, apart_from: Collection[str] = ()) -> list[str]:
    """So many article numbers after the largest one in use, without those of ``apart_from``; others wait meanwhile."""
    if not count:
        return []
    db.session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('products.sku'), hashtext(current_setting('app.organization_id')))"
        )
    )
    numbers = select(func.max(cast(Product.sku, BigInteger))).where(
        Product.sku.regexp_match("^[1-9][0-9]{0,8}$")
    )
    first = max((db.session.scalar(numbers) or 0) + 1, FIRST_SKU)
    taken = set(apart_from)
    free = (str(number) for number in itertools.count(first) if str(number) not in taken)
    return list(itertools.islice(free, count))


def _free_sku(value: Any, product: Product) -> str:
    sku = str(values.text(value, "sku", longest=LONGEST_SKU, needed=True))
    if sku != product.sku:
        taken = select(Product.name).where(
            Product.sku == sku, Product.deleted_at.is_(None), Product.id.is_distinct_from(product.id)
        )
        name = db.session.scalar(taken)
        if name is not None:
            sentence = _("“%(name)s” already has this article number.", name=name)
            raise AlreadyTaken(sentence, errors={"sku": [sentence]})
    return sku


def _set_barcodes(product: Product, given: Any, actor: Actor) -> None:
    """Make the product's barcodes exactly these, in this order."""
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise BadField("barcodes", _("This must be a list of barcodes."))
    if len(given) > MOST_BARCODES:
        raise BadField("barcodes", _("At most %(most)s barcodes fit here.", most=MOST_BARCODES))
    wanted = [_barcode_facts(facts) for facts in given]
    codes = [facts["barcode"] for facts in wanted]
    if len(set(codes)) < len(codes):
        raise BadField("barcodes", _("A barcode is given twice."))
    there = {row.barcode: row for row in product.barcodes}
    _claim([code for code in codes if code not in there], product)
    for facts in wanted:
        row = there.get(facts["barcode"])
        _require_price((row.price if row else None) != facts["price"], actor)
    # Rows are kept as far as they stand in the same order, because the first one is the product's main barcode.
    kept = 0
    for row, facts in zip(product.barcodes, wanted, strict=False):
        if row.barcode != facts["barcode"]:
            break
        for field, value in facts.items():
            setattr(row, field, value)
        kept += 1
    if kept < len(product.barcodes):
        del product.barcodes[kept:]
        db.session.flush()  # the codes must be free before another row takes them
    product.barcodes += [ProductBarcode(**facts) for facts in wanted[kept:]]


def _barcode_facts(facts: Any) -> dict[str, Any]:
    if isinstance(facts, str):
        facts = {"barcode": facts}
    if not isinstance(facts, Mapping):
        raise BadField("barcodes", _("This must be a list of barcodes."))
    multiplier = facts.get("multiplier")
    return {
        "barcode": clean_barcode(facts.get("barcode") or "", "barcodes"),
        "multiplier": Decimal(1)
        if multiplier is None or multiplier == ""
        else values.number(multiplier, "barcodes", digits=3, limit=QUANTITY_LIMIT, positive=True),
        "price": values.price(facts.get("price"), "barcodes"),
        "title": values.text(facts.get("title"), "barcodes", longest=60),
    }


def _claim(codes: list[str], product: Product) -> None:
    """Make sure that nobody else has these codes; deleted products give theirs up."""
    if not codes:
        return
    rows = db.session.execute(
        select(ProductBarcode, Product)
        .join(Product, Product.id == ProductBarcode.product_id)
        .where(ProductBarcode.barcode.in_(codes), ProductBarcode.product_id.is_distinct_from(product.id))
    ).all()
    for row, owner in rows:
        if owner.deleted_at is None:
            sentence = _(
                "The barcode %(barcode)s already belongs to “%(name)s”.", barcode=row.barcode, name=owner.name
            )
            raise BarcodeTaken(
                sentence, errors={"barcodes": [sentence]}, barcode=row.barcode, product_id=owner.id
            )
    for row, owner in rows:
        owner.barcodes.remove(row)
        touch(owner)
    db.session.flush()
