"""Attaching the paper behind a purchase, and taking it off."""

from flask import flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.permissions import require
from smartpos.identity.principal import me
from smartpos.purchasing import operations
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.purchases import purchase_of
from smartpos.purchasing.routes.blueprint import address_of, blueprint


@blueprint.post("/purchases/<int:purchase_id>/files")
def add_file(purchase_id: int) -> Response:
    """Keep a picture or a PDF with a purchase."""
    require(P.PURCHASE_WRITE)
    purchase = purchase_of(purchase_id)
    upload = request.files.get("image")
    address = f"{address_of(purchase)}#papers"
    if upload is None or not upload.filename:
        flash(_("Choose a file first."), "error")
        return redirect(address)
    try:
        with db.session.begin_nested():
            operations.add_purchase_file(purchase, upload.read(), original_name=upload.filename, actor=me())
    except Invalid as error:
        flash(str(error), "error")
    else:
        flash(_("The file is attached."), "success")
    return redirect(address)


@blueprint.post("/purchases/<int:purchase_id>/files/<int:file_id>/remove")
def remove_file(purchase_id: int, file_id: int) -> Response:
    """Take a file off a purchase."""
    require(P.PURCHASE_WRITE)
    purchase = purchase_of(purchase_id)
    operations.delete_purchase_file(operations.purchase_file(purchase, file_id), actor=me())
    flash(_("The file is removed."), "success")
    return redirect(f"{address_of(purchase)}#papers")
