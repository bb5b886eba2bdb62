"""How labels look: templates, and those every tenant starts with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from smartpos.catalog.labels.facts import Block, LabelFacts
from smartpos.catalog.labels.layout import Size, TooSmall, lay_out
from smartpos.catalog.labels.pdf import A4
from smartpos.catalog.models import LabelKind, LabelPaper, LabelTemplate
from smartpos.catalog.operations import values
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.scope import current_organization_id
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField

NARROWEST, LOWEST = Decimal(15), Decimal(10)
WIDEST, HIGHEST = Decimal(210), Decimal(297)
MOST_COLUMNS, MOST_ROWS = 10, 30

STARTERS: tuple[dict[str, Any], ...] = (
    {
        "name": "Narx 58×40",
        "kind": LabelKind.PRICE,
        "paper": LabelPaper.ROLL,
        "width_mm": Decimal(58),
        "height_mm": Decimal(40),
        "columns": 1,
        "rows": 1,
        "blocks": ["shop", "date", "name", "old_price", "unit_price", "price", "barcode"],
        "is_default": True,
    },
    {
        "name": "Narx A4, 3×8",
        "kind": LabelKind.PRICE,
        "paper": LabelPaper.SHEET,
        "width_mm": Decimal(70),
        "height_mm": Decimal(37),
        "columns": 3,
        "rows": 8,
        "blocks": ["name", "old_price", "unit_price", "price", "barcode", "sku", "date"],
        "is_default": False,
    },
    {
        "name": "Shtrix-kod 40×25",
        "kind": LabelKind.BARCODE,
        "paper": LabelPaper.ROLL,
        "width_mm": Decimal(40),
        "height_mm": Decimal(25),
        "columns": 1,
        "rows": 1,
        "blocks": ["name", "barcode"],
        "is_default": True,
    },
    {
        "name": "Shtrix-kod 58×40",
        "kind": LabelKind.BARCODE,
        "paper": LabelPaper.ROLL,
        "width_mm": Decimal(58),
        "height_mm": Decimal(40),
        "columns": 1,
        "rows": 1,
        "blocks": ["name", "barcode", "price", "sku", "shop"],
        "is_default": False,
    },
)
"""Price labels for a roll and for a sheet of A4, and barcodes in two sizes."""

# The longest that a label has to bear: what fits with these fits with everything.
WIDEST_FACTS = LabelFacts(
    name="Sut",
    price="1\u202f000",
    currency="soʻm",
    old_price="1",
    unit_price="1",
    barcode="2000000000008",
    sku="1",
    shop="A",
    branch="A",
    price_type="A",
    date="1",
)


def start_labels(organization_id: int) -> None:
    """Lay the first templates into an organization that has none; the caller is in its scope."""
    rows = [{"organization_id": organization_id, **starter} for starter in STARTERS]
    # Two people may open the page of a tenant without templates at once.
    db.session.execute(insert(LabelTemplate).values(rows).on_conflict_do_nothing())


def ensure_templates() -> None:
    """Lay the first templates where there are none: in tenants that were there before labels were."""
    organization_id = current_organization_id()
    there = db.session.scalar(select(LabelTemplate.id).where(LabelTemplate.deleted_at.is_(None)).limit(1))
    if there is None and organization_id is not None:
        start_labels(organization_id)


def create_template(*, actor: Actor, **facts: Any) -> LabelTemplate:
    """Make a template; ``facts`` as for ``update_template``, all of them but ``is_default`` needed.

    The first one of its kind is its default. Raises BadField, AlreadyTaken, Forbidden.
    """
    actor.require(CatalogPermission.LABEL_WRITE)
    template = LabelTemplate(**_checked(facts, None))
    db.session.add(template)
    db.session.flush()
    others = select(LabelTemplate.id).where(
        LabelTemplate.kind == template.kind,
        LabelTemplate.deleted_at.is_(None),
        LabelTemplate.is_default,
    )
    if facts.get("is_default") or db.session.scalar(others.limit(1)) is None:
        make_default_template(template, actor=actor)
    return template


def update_template(template: LabelTemplate, *, actor: Actor, **changes: Any) -> LabelTemplate:
    """Change what is given: ``name``, ``kind``, ``paper``, ``width_mm``, ``height_mm``, ``columns``, ``rows``,
    ``blocks`` (from above) and ``is_default``. A roll has one column and one row.

    Raises BadField (also where the blocks do not fit on the size), AlreadyTaken, Forbidden.
    """
    actor.require(CatalogPermission.LABEL_WRITE)
    known = ("name", "kind", "paper", "width_mm", "height_mm", "columns", "rows", "blocks")
    facts = {name: getattr(template, name) for name in known} | changes
    was = template.kind
    for name, value in _checked(facts, template).items():
        setattr(template, name, value)
    if template.kind is not was:
        template.is_default = False
    db.session.flush()
    if changes.get("is_default") and not template.is_default:
        make_default_template(template, actor=actor)
    return template


def make_default_template(template: LabelTemplate, *, actor: Actor) -> None:
    """Use this template where none of its kind is named. Raises Forbidden."""
    actor.require(CatalogPermission.LABEL_WRITE)
    db.session.execute(
        update(LabelTemplate)
        .where(LabelTemplate.kind == template.kind, LabelTemplate.is_default, LabelTemplate.id != template.id)
        .values(is_default=False)
    )
    template.is_default = True
    db.session.flush()


def delete_template(template: LabelTemplate, *, actor: Actor) -> None:
    """Remove a template; another one of its kind becomes the default if this was it. Raises Forbidden."""
    actor.require(CatalogPermission.LABEL_WRITE)
    was_default = template.is_default
    template.deleted_at = utc_now()
    template.is_default = False
    db.session.flush()
    if was_default:
        query = select(LabelTemplate).where(
            LabelTemplate.kind == template.kind, LabelTemplate.deleted_at.is_(None)
        )
        heir = db.session.scalar(query.order_by(LabelTemplate.id).limit(1))
        if heir is not None:
            make_default_template(heir, actor=actor)


def size_of(template: LabelTemplate) -> Size:
    """The template's size, with white edges that printers leave and people can cut along."""
    width, height = float(template.width_mm), float(template.height_mm)
    padding = min(max(min(width, height) * 0.045, 1.2), 2.5)
    if template.paper is LabelPaper.SHEET:
        # Office printers do not print to the edge of the sheet.
        edge = min((A4[0] - template.columns * width) / 2, (A4[1] - template.rows * height) / 2)
        padding = max(padding, 4.0 if edge < 4 and min(width, height) >= 25 else 2.0)
    return Size(width, height, padding)


def blocks_of(template: LabelTemplate) -> list[Block]:
    """What stands on the template, from above; what this release does not know is left out."""
    known = {block.value for block in Block}
    return [Block(name) for name in template.blocks if name in known]


def read_template(facts: Mapping[str, Any]) -> LabelTemplate:
    """A template that is not kept, for a preview. Raises BadField."""
    return LabelTemplate(**_checked(facts, None, named=False))


def _checked(facts: Mapping[str, Any], own: LabelTemplate | None, *, named: bool = True) -> dict[str, Any]:
    paper = values.choice(facts.get("paper"), "paper", kind=LabelPaper)
    is_sheet = paper is LabelPaper.SHEET
    checked: dict[str, Any] = {
        "name": _free_name(facts.get("name"), own) if named else "",
        "kind": values.choice(facts.get("kind"), "kind", kind=LabelKind),
        "paper": paper,
        "width_mm": _length(facts.get("width_mm"), "width_mm", NARROWEST, WIDEST),
        "height_mm": _length(facts.get("height_mm"), "height_mm", LOWEST, HIGHEST),
        "columns": _count(facts.get("columns"), "columns", MOST_COLUMNS) if is_sheet else 1,
        "rows": _count(facts.get("rows"), "rows", MOST_ROWS) if is_sheet else 1,
        "blocks": _blocks(facts.get("blocks")),
    }
    if is_sheet:
        for count, length, whole in (("columns", "width_mm", WIDEST), ("rows", "height_mm", HIGHEST)):
            if checked[count] * checked[length] > whole:
                raise BadField(
                    count,
                    _("So many do not fit: A4 has %(whole)s mm, they need %(needed)s.")
                    % {"whole": whole, "needed": f"{checked[count] * checked[length]:f}"},
                )
    sketch = LabelTemplate(**checked)
    try:
        lay_out(blocks_of(sketch), WIDEST_FACTS, size_of(sketch))
    except TooSmall:
        raise BadField("blocks", _("All this does not fit on a label of this size.")) from None
    return checked


def _blocks(given: Any) -> list[str]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise BadField("blocks", _("This must be a list of words."))
    blocks = [values.choice(one, "blocks", kind=Block).value for one in given]
    if not blocks:
        raise BadField("blocks", _("Something has to stand on a label."))
    if len(set(blocks)) < len(blocks):
        raise BadField("blocks", _("Each part stands on a label only once."))
    return blocks


def _length(value: Any, field: str, least: Decimal, most: Decimal) -> Decimal:
    read = values.number(value, field, digits=2, limit=Decimal(9999), needed=True)
    if read is None or not least <= read <= most:
        raise BadField(field, _("From %(least)s to %(most)s mm.", least=least, most=most))
    return read


def _count(value: Any, field: str, most: int) -> int:
    read = values.whole(value, field)
    if read is None or not 1 <= read <= most:
        raise BadField(field, _("From 1 to %(most)s.", most=most))
    return read


def _free_name(value: Any, own: LabelTemplate | None) -> str:
    name = str(values.text(value, "name", longest=100, needed=True))
    taken = select(LabelTemplate.id).where(LabelTemplate.name == name, LabelTemplate.deleted_at.is_(None))
    if own is not None:
        taken = taken.where(LabelTemplate.id != own.id)
    if db.session.scalar(taken.limit(1)) is not None:
        sentence = _("There is already a template of this name.")
        raise AlreadyTaken(sentence, errors={"name": [sentence]})
    return name


def _require(actor: Actor) -> None:
    if not actor.can(CatalogPermission.LABEL_WRITE):
        raise Forbidden(permission=str(CatalogPermission.LABEL_WRITE))
