"""Labels: which are due, what they say, their file, and barcodes for goods without one."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.catalog.api.blueprint import blueprint
from smartpos.catalog.api.label_shapes import (
    BarcodeGiving,
    GivenBarcodes,
    LabelPrinting,
    LabelProductPage,
    LabelProductsQuery,
    LabelTemplates,
    LabelTemplateShape,
    QueueQuery,
)
from smartpos.catalog.label_requests import chosen_ids, label_request, label_rows, labelled, shelf_of
from smartpos.catalog.operations.label_templates import ensure_templates
from smartpos.catalog.operations.labels import LabelFormat, print_labels
from smartpos.catalog.operations.own_barcodes import give_barcodes
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries.labels import label_templates, labels_due
from smartpos.core.i18n import select_locale
from smartpos.core.pdf import pdf_answer
from smartpos.core.permissions import needs
from smartpos.identity.principal import me


@blueprint.get("/labels/templates")
@needs(P.LABEL_PRINT)
@blueprint.response(200, LabelTemplates)
def list_label_templates() -> Response:
    """How labels may look: price labels first, the default of each kind before the others."""
    if me().visit_reason is None:
        ensure_templates()
    return jsonify(items=LabelTemplateShape(many=True).dump(label_templates()))


@blueprint.get("/labels/queue")
@needs(P.LABEL_PRINT)
@blueprint.arguments(QueueQuery, location="query")
@blueprint.response(200, LabelProductPage)
def list_due_labels(query: dict[str, Any]) -> Response:
    """The products whose latest price label in the branch says another price than the one in force."""
    shelf = shelf_of(me(), query["branch_id"], query["price_type_id"])
    found = labels_due(
        shelf, limit=query["limit"], cursor=query["cursor"], never_printed=query["never_printed"]
    )
    return jsonify(items=label_rows(found.items, shelf), next_cursor=found.next_cursor)


@blueprint.get("/labels/products")
@needs(P.LABEL_PRINT)
@blueprint.arguments(LabelProductsQuery, location="query")
@blueprint.response(200, LabelProductPage)
def list_label_products(query: dict[str, Any]) -> Response:
    """Products to print labels of, with what the labels will say."""
    shelf = shelf_of(me(), query["branch_id"], query["price_type_id"])
    found = chosen_ids(query)
    return jsonify(items=labelled(found.items, shelf), next_cursor=found.next_cursor)


@blueprint.post("/labels")
@needs(P.LABEL_PRINT)
@blueprint.arguments(LabelPrinting)
@blueprint.response(200, content_type="application/pdf")
def make_labels(given: dict[str, Any]) -> Response:
    """The labels as a file, PDF, ZPL or TSPL; what was printed is noted, so that it is no longer due."""
    made = print_labels(label_request(given, me()), language=select_locale(), actor=me())
    if given["format"] is LabelFormat.PDF:
        answer = pdf_answer(made.content, made.name)
    else:
        answer = make_response(made.content)
        answer.mimetype = "application/octet-stream"
        answer.headers.set("Content-Disposition", "attachment", filename=made.name)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Label-Count"] = str(made.count)
    return answer


@blueprint.post("/labels/barcodes")
@needs(P.PRODUCT_WRITE)
@blueprint.arguments(BarcodeGiving)
@blueprint.response(200, GivenBarcodes)
def make_barcodes(given: dict[str, Any]) -> Response:
    """Give products without a barcode one of the shop's own: EAN-13 with a prefix from 20 to 29."""
    found = give_barcodes(given["product_ids"], actor=me())
    return jsonify(items=[{"product_id": number, "barcode": code} for number, code in found.items()])
