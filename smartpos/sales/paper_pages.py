"""Pages about paper: a receipt given out again, the receipt designer, and the window that a customer sees."""

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from smartpos.core.admin import Form
from smartpos.core.admin.fields import WholeField
from smartpos.core.admin.forms import show_errors
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import can, require
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.display_texts import display_texts
from smartpos.sales.operations.copies import record_copy
from smartpos.sales.operations.receipt_design import (
    LONGEST_QR,
    LONGEST_TEXT,
    remove_receipt_logo,
    save_receipt_design,
    set_receipt_logo,
)
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.printing.papers import receipt_paper
from smartpos.sales.printing.svg import barcode_path, qr_path
from smartpos.sales.queries import named_so, sale_for, sales_of
from smartpos.sales.queries.look import logo_address, look_facts, receipt_look
from smartpos.sales.receipt_settings import MOST_COPIES, QrKind
from smartpos.sales.receipt_texts import receipt_texts
from smartpos.sales.sample import sample_sales


def receipt(sale_id: int) -> Response:
    """A receipt to be given out again; it says that it is a copy. By POST it is recorded and printed."""
    require(SalesPermission.SALE_READ)
    sale = sale_for(g.principal, sale_id)
    printing = request.method == "POST"
    if printing:
        require(SalesPermission.RECEIPT_REPRINT)
        record_copy(sale, how="page", actor=g.principal)
    paper = receipt_paper(sale, actor=g.principal, copy_at=utc_now())
    page = make_response(
        render_template(
            "sales/receipt.html",
            sale=sale,
            paper=paper,
            logo=logo_address(paper.look.logo),
            printing=printing,
            may_print=can(SalesPermission.RECEIPT_REPRINT),
            barcode_path=barcode_path,
            qr_path=qr_path,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def find_receipt(receipt_number: str) -> ResponseReturnValue:
    """Where the QR code of a receipt leads: its page, by its number or by the code it had without one."""
    require(SalesPermission.SALE_READ)
    found = db.session.execute(sales_of(g.principal).where(named_so(receipt_number)).limit(1)).first()
    if found is None:
        raise NotFound
    return redirect(url_for("sales.receipt", sale_id=found.id))


DESIGNED = (
    "receipt_header",
    "receipt_footer",
    "receipt_cashier",
    "receipt_vat",
    "receipt_savings",
    "receipt_barcode",
    "receipt_qr",
    "receipt_qr_text",
    "receipt_width",
    "receipt_copies",
)


class DesignForm(Form):
    """What stands on receipts."""

    receipt_header = TextAreaField(
        _l("Text at the top of receipts"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 3}
    )
    receipt_footer = TextAreaField(
        _l("Text at the bottom of receipts"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 3}
    )
    receipt_cashier = BooleanField(_l("Name of the cashier"))
    receipt_vat = BooleanField(_l("VAT"))
    receipt_savings = BooleanField(_l("How much the customer saved"))
    receipt_barcode = BooleanField(
        _l("Barcode of the receipt's number"), description=_l("Scanned when goods come back.")
    )
    receipt_qr = RadioField(
        _l("QR code"),
        choices=[
            (QrKind.OFF.value, _l("None")),
            (QrKind.LINK.value, _l("The receipt's address, for your staff")),
            (QrKind.TEXT.value, _l("A text or an address of your own")),
        ],
    )
    receipt_qr_text = StringField(
        _l("Text of the QR code"),
        [Length(max=LONGEST_QR)],
        description=_l("{number} and {total} are filled in."),
    )
    receipt_width = RadioField(
        _l("Receipt paper, mm"),
        coerce=int,
        choices=[(80, "80"), (58, "58")],
        description=_l("For new tills; each till may have its own."),
    )
    receipt_copies = WholeField(_l("Copies printed after a sale"), least=1, most=MOST_COPIES)


class LogoForm(Form):
    """A picture for the top of receipts."""

    logo = FileField(_l("Logo"))


def designer() -> ResponseReturnValue:
    """What stands on receipts, with the paper beside it."""
    require(IdentityPermission.SETTING_READ)
    me = g.principal
    form = DesignForm(data={name: me.setting(name) for name in DESIGNED})
    status = 200
    if form.is_submitted():
        require(IdentityPermission.SETTING_WRITE)
        status = 422
        if form.validate():
            values = {name: form[name].data for name in DESIGNED}
            try:
                save_receipt_design(values, address=request.host_url, actor=me)
            except SmartPOSError as error:
                db.session.rollback()
                show_errors(error, form)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("sales.designer"))
    look = receipt_look(me)
    place = {"name": look.name, "branch": _("Main street branch"), "address": _("1 Main street")}
    boot = {
        "texts": {**receipt_texts(), "receipt": _("Receipt")},
        "language": select_locale(),
        "timezone": me.organization.timezone,
        "look": place | look_facts(me) | {"qr_base": look.address or request.host_url.rstrip("/")},
        "samples": sample_sales(me.name, _("Till 1")),
    }
    page = render_template(
        "sales/designer.html",
        form=form,
        logo_form=LogoForm(),
        logo=boot["look"]["logo"],
        boot=boot,
        writable=can(IdentityPermission.SETTING_WRITE),
    )
    return page, status


def change_logo() -> ResponseReturnValue:
    """Put a picture at the top of receipts, or take it away."""
    require(IdentityPermission.SETTING_WRITE)
    form = LogoForm()
    if not form.validate():
        flash(next(iter(form.errors.values()))[0], "error")
    elif "remove" in request.form:
        remove_receipt_logo(actor=g.principal)
        flash(_("Saved."), "success")
    else:
        try:
            sent = form.logo.data
            name, content = (sent.filename, sent.read()) if sent else ("", b"")
            set_receipt_logo(content, name, actor=g.principal)
            flash(_("Saved."), "success")
        except SmartPOSError as error:
            db.session.rollback()
            flash(str(error), "error")
    return redirect(url_for("sales.designer"))


def display() -> Response:
    """The customer's window of a till. It knows nothing by itself: the till in the same browser tells it everything."""
    require(IdentityPermission.TILL_USE)
    me = g.principal
    boot = {
        "texts": display_texts(),
        "shop": {"name": receipt_look(me).name, "logo": look_facts(me)["logo"]},
        "language": select_locale(),
    }
    page = make_response(render_template("till/display.html", boot=boot))
    page.headers["Cache-Control"] = "no-cache"
    return page


def add_to(blueprint: Blueprint) -> None:
    """Hang the pages on the blueprint of selling."""
    rule = blueprint.add_url_rule
    rule("/sales/<int:sale_id>/receipt", view_func=receipt, methods=["GET", "POST"])
    rule("/receipts/<receipt_number>", view_func=find_receipt)
    rule("/receipt-designer", view_func=designer, methods=["GET", "POST"])
    rule("/receipt-designer/logo", view_func=change_logo, methods=["POST"])
    rule("/till/display", view_func=display)
