"""The pages of labels: what to print, and how labels look."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import Length

from smartpos.catalog.label_requests import label_request
from smartpos.catalog.labels.facts import Block
from smartpos.catalog.models import Category, LabelKind, LabelPaper, LabelTemplate
from smartpos.catalog.operations.label_templates import (
    MOST_COLUMNS,
    MOST_ROWS,
    STARTERS,
    create_template,
    delete_template,
    ensure_templates,
    make_default_template,
    read_template,
    update_template,
)
from smartpos.catalog.operations.labels import (
    MOST_COPIES,
    MOST_LABELS,
    MOST_PRODUCTS,
    LabelFormat,
    picture_of_label,
    picture_of_sample,
)
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries.labels import label_template, label_templates
from smartpos.catalog.queries.price_types import price_types_in_use
from smartpos.core.admin import Form, describe, register_link
from smartpos.core.admin.fields import ExactField, WholeField
from smartpos.core.admin.forms import show_errors
from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import can, require
from smartpos.identity.models import Branch
from smartpos.identity.principal import me
from smartpos.identity.queries import is_workplace

MOST_CHOICES = 1000

BLOCKS = {
    Block.NAME: _l("Name of the product"),
    Block.PRICE: _l("Price"),
    Block.OLD_PRICE: _l("Price before, struck through"),
    Block.UNIT_PRICE: _l("Price per kilogram"),
    Block.BARCODE: _l("Barcode"),
    Block.SKU: _l("Article number"),
    Block.SHOP: _l("Name of the shop"),
    Block.BRANCH: _l("Branch"),
    Block.PRICE_TYPE: _l("Price type"),
    Block.DATE: _l("Date of printing"),
}
KINDS = {
    LabelKind.PRICE: _l("Price label, for the shelf"),
    LabelKind.BARCODE: _l("Barcode label, for the goods"),
}
PAPERS = {
    LabelPaper.ROLL: _l("A roll of labels"),
    LabelPaper.SHEET: _l("A sheet of A4 with several"),
}
describe({LabelKind.PRICE: _l("Price label"), LabelKind.BARCODE: _l("Barcode label")})
describe({LabelPaper.ROLL: _l("Roll"), LabelPaper.SHEET: _l("Sheet of A4")})


class TemplateForm(Form):
    """How a label looks. ``blocks`` are names with commas, from above."""

    name = StringField(_l("Name"), [Length(max=100)])
    kind = RadioField(_l("What it is for"), choices=[(kind.value, text) for kind, text in KINDS.items()])
    paper = RadioField(_l("Paper"), choices=[(paper.value, text) for paper, text in PAPERS.items()])
    width_mm = ExactField(_l("Width, mm"))
    height_mm = ExactField(_l("Height, mm"))
    columns = WholeField(_l("Labels beside each other"), least=1, most=MOST_COLUMNS)
    rows = WholeField(_l("Labels below each other"), least=1, most=MOST_ROWS)
    blocks = HiddenField()
    is_default = BooleanField(_l("Offer this one first"))


# --- printing ------------------------------------------------------------------------------------------------------


def labels() -> str:
    """Choose products and print their labels. ``ids`` are products that were selected elsewhere."""
    require(P.LABEL_PRINT)
    if me().visit_reason is None:
        ensure_templates()
    branches = (
        select(Branch).where(is_workplace(), Branch.is_active).order_by(Branch.name).limit(MOST_CHOICES)
    )
    categories = (
        select(Category.id, Category.name)
        .where(Category.deleted_at.is_(None))
        .order_by(Category.name, Category.id)
        .limit(MOST_CHOICES)
    )
    chosen = [number for part in request.args.get("ids", "").split(",") if (number := parse_id(part))]
    templates = label_templates()
    boot = {
        "texts": _texts(),
        "ids": list(dict.fromkeys(chosen))[:MOST_PRODUCTS],
        "templates": {
            row.id: {
                "paper": row.paper.value,
                "columns": row.columns,
                "places": row.columns * row.rows if row.paper is LabelPaper.SHEET else 1,
                "width": float(row.width_mm),
                "height": float(row.height_mm),
                "has_barcode": Block.BARCODE.value in row.blocks,
            }
            for row in templates
        },
        "may_give": can(P.PRODUCT_WRITE),
        "limits": {"copies": MOST_COPIES, "labels": MOST_LABELS, "products": MOST_PRODUCTS},
        "picture": url_for("catalog.label_picture"),
    }
    return render_template(
        "catalog/labels.html",
        boot=boot,
        templates=templates,
        branches=db.session.scalars(branches).all(),
        branch_id=me().default_branch_id,
        price_types=price_types_in_use(),
        categories=db.session.execute(categories).all(),
        may_design=can(P.LABEL_WRITE),
    )


def label_picture() -> Response:
    """A label as a PNG: of a product by a template, or of a template that is being designed, with a sample on it."""
    asked = request.args
    if "product_id" in asked:
        require(P.LABEL_PRINT)
        given = {
            "template_id": parse_id(asked.get("template_id", "")),
            "kind": LabelKind.PRICE,
            "branch_id": parse_id(asked.get("branch_id", "")),
            "price_type_id": parse_id(asked.get("price_type_id", "")),
            "items": [{"product_id": parse_id(asked["product_id"]) or 0, "copies": 1}],
            "format": LabelFormat.PDF,
            "by_stock": False,
            "start": 1,
            "dpi": 203,
            "own_letters": False,
            "is_kept": False,
        }
        content = picture_of_label(label_request(given, me()), language=select_locale(), actor=me())
    else:
        require(P.LABEL_WRITE)
        facts: dict[str, Any] = dict(asked.items())
        facts["blocks"] = _blocks(asked.get("blocks", ""))
        template = read_template(facts)
        content = picture_of_sample(template, language=select_locale(), actor=me())
    answer = make_response(content)
    answer.mimetype = "image/png"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


# --- templates -----------------------------------------------------------------------------------------------------


def templates() -> str:
    """All templates."""
    require(P.LABEL_PRINT)
    if me().visit_reason is None:
        ensure_templates()
    return render_template(
        "catalog/label_templates.html",
        templates=label_templates(),
        writable=can(P.LABEL_WRITE),
        blocks=BLOCKS,
    )


def new_template() -> ResponseReturnValue:
    """Design a new label, perhaps beginning with the likeness of another."""
    require(P.LABEL_WRITE)
    like = parse_id(request.args.get("like", ""))
    return _design(label_template(like) if like else LabelTemplate(**STARTERS[0]), None)


def edit_template(template_id: int) -> ResponseReturnValue:
    """How a label looks, with a picture of it beside the form."""
    require(P.LABEL_WRITE)
    row = label_template(template_id)
    return _design(row, row)


def offer_first(template_id: int) -> ResponseReturnValue:
    """Offer a template before the others of its kind."""
    require(P.LABEL_WRITE)
    row = label_template(template_id)
    make_default_template(row, actor=me())
    flash(_("“%(name)s” is offered first now.", name=row.name), "success")
    return redirect(url_for("catalog.label_templates"))


def remove_template(template_id: int) -> ResponseReturnValue:
    """Remove a template."""
    require(P.LABEL_WRITE)
    row = label_template(template_id)
    delete_template(row, actor=me())
    flash(_("“%(name)s” is removed.", name=row.name), "success")
    return redirect(url_for("catalog.label_templates"))


def _design(base: LabelTemplate, row: LabelTemplate | None) -> ResponseReturnValue:
    known = ("kind", "paper", "width_mm", "height_mm", "columns", "rows")
    start: dict[str, Any] = {name: getattr(base, name) for name in known}
    start |= {
        "name": row.name if row else "",
        "kind": base.kind.value,
        "paper": base.paper.value,
        "blocks": ",".join(base.blocks),
        "is_default": bool(row and row.is_default),
    }
    form = TemplateForm(data=start)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            facts = {name: form[name].data for name in (*known, "name", "is_default")}
            facts["blocks"] = _blocks(form.blocks.data or "")
            try:
                if row is None:
                    create_template(actor=me(), **facts)
                else:
                    update_template(row, actor=me(), **facts)
            except SmartPOSError as error:
                db.session.rollback()
                show_errors(error, form)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("catalog.label_templates"))
    page = render_template(
        "catalog/label_designer.html",
        form=form,
        template=row,
        blocks={block.value: text for block, text in BLOCKS.items()},
        picture=url_for("catalog.label_picture"),
    )
    return page, status


def _blocks(text: str) -> list[str]:
    return [part for part in text[:500].split(",") if part]


def _texts() -> dict[str, str]:
    """What the page's script says."""
    return {
        "nothing_found": _("Nothing is found by “{text}”."),
        "many_found": _("Choose one: arrow keys and Enter"),
        "added": _("{count} added"),
        "none_due": _("No label is due: all of them say the price in force."),
        "too_many": _("At most {most} products at once."),
        "too_many_labels": _("These are {count} labels; at most {most} are printed at once."),
        "no_barcode": _("no barcode"),
        "given": _("{count} products have a barcode now."),
        "printed": _("printed: {price}"),
        "no_price": _("no price"),
        "copies_of": _("Copies of {name}"),
        "remove": _("Remove {name}"),
        "total": _("Labels: {count}"),
        "ready": _("{count} labels are ready."),
        "open": _("Show"),
        "save": _("Save as a file"),
        "failed": _("The server does not answer. Please try again."),
        "in_stock": _("in stock: {count}"),
        "cannot_show": _("This label cannot be shown."),
        "place": _("Place {number}"),
    }


def add_to(blueprint: Blueprint) -> None:
    """Hang the pages on the blueprint of the catalogue."""
    rule = blueprint.add_url_rule
    rule("/labels", view_func=labels)
    rule("/labels/picture", view_func=label_picture)
    rule("/labels/templates", "label_templates", view_func=templates)
    rule("/labels/templates/new", "new_label_template", view_func=new_template, methods=["GET", "POST"])
    rule(
        "/labels/templates/<int:template_id>",
        "label_template",
        view_func=edit_template,
        methods=["GET", "POST"],
    )
    one = "/labels/templates/<int:template_id>"
    rule(f"{one}/first", "offer_label_first", view_func=offer_first, methods=["POST"])
    rule(f"{one}/remove", "remove_label_template", view_func=remove_template, methods=["POST"])


def init_app(app: Flask) -> None:
    """Put the pages into the menu."""
    register_link(_l("Catalog"), _l("Labels"), "catalog.labels", "print", P.LABEL_PRINT, order=45)
