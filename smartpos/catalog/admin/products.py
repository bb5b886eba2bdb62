"""Products in the back office."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import BigInteger, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from smartpos.catalog import operations
from smartpos.catalog.admin.common import Styled, percent_of, with_thumbnail
from smartpos.catalog.admin.forms import BarcodeLine, PairsField, PicturesField
from smartpos.catalog.models import Product
from smartpos.catalog.operations.own_barcodes import give_barcodes
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors, search_products, stock_of, vat_rates_on
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import DetailsTable, RowAction, Section, TenantView, formatters
from smartpos.core.admin.editing import MASS_LIMIT
from smartpos.core.admin.forms import LinesField
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me

MOST_FOUND = 500


def _give_barcode(row: Product) -> str:
    given = give_barcodes([row.id], actor=me())
    return str(_("“%(name)s” has the barcode %(barcode)s.", name=row.name, barcode=given.get(row.id, "")))


class ProductView(Styled, TenantView):
    """What is sold, used or made."""

    permission_read, permission_write = P.PRODUCT_READ, P.PRODUCT_WRITE
    column_permissions = {"cost_price": P.COST_READ, "markup_percent": P.COST_READ}
    menu_icon, menu_order = "product", 10
    populates_model = False
    new_title, new_label = _l("New product"), _l("New product")
    delete_question = _l("Delete this product? This is possible only while nothing was done with it.")
    search_hint = _l("Name, barcode or article number")
    list_template = "catalog/products.html"
    edit_template = "catalog/product_edit.html"
    details_template = "catalog/product_details.html"

    column_list = ("name", "sku", "category", "price", "cost_price", "stock_now", "status")
    column_labels = {
        "name": _l("Name"),
        "sku": _l("Article number"),
        "type": _l("Kind"),
        "status": _l("Status"),
        "category": _l("Category"),
        "unit": _l("Unit"),
        "workspace": _l("Workspace"),
        "price": _l("Price"),
        "cost_price": _l("Cost"),
        "markup_percent": _l("Markup, %"),
        "stock_now": _l("In stock"),
        "vat_code": _l("VAT"),
        "vat_included": _l("VAT is in the price"),
        "mxik_code": _l("MXIK code"),
        "package_code": _l("Package code"),
        "cash_allowed": _l("May be paid in cash"),
        "track_inventory": _l("Stock is kept"),
        "track_batches": _l("Lots are kept"),
        "reorder_quantity": _l("Reorder quantity"),
        "weight": _l("Weight, kg"),
        "dimensions": _l("Dimensions"),
        "color": _l("Colour"),
        "brand": _l("Brand"),
        "lead_time_days": _l("Delivery time, days"),
        "production_time": _l("Production time, minutes"),
        "requires_production": _l("Made to order"),
        "shelf_life_days": _l("Shelf life, days"),
        "specifications": _l("Specifications"),
        "custom_fields": _l("Own fields"),
        "tags": _l("Tags"),
        "description": _l("Description"),
        "barcodes": _l("Barcodes and packs"),
        "pictures": _l("Add pictures"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {
        "price": _l("The price everywhere, unless a special price holds"),
        "stock_now": _l("In all branches together"),
    }
    column_sortable_list = ("name", "sku")
    column_default_sort = "name"
    column_filters = (
        *("category", "status", "type", "price", "cost_price", "brand", "vat_code", "unit"),
        *("cash_allowed", "track_inventory", "track_batches", "updated_at"),
    )
    column_wrap = ("name",)
    column_formats = {"stock_now": formatters.quantity}
    export_values = {"name": lambda row: row.name, "stock_now": lambda row: row.stock_now}
    column_formatters = {
        "name": lambda view, context, row, name: with_thumbnail(row.name, _first_image(row)),
        "stock_now": lambda view, context, row, name: formatters.quantity(row.stock_now, row.unit.name),
    }
    column_formatters_detail = {"stock_now": column_formatters["stock_now"]}
    column_details_list = (
        *("name", "sku", "type", "status", "category", "unit", "brand", "tags", "description"),
        *("price", "cost_price", "markup_percent", "vat_code", "vat_included", "cash_allowed"),
        *("mxik_code", "package_code", "stock_now", "track_inventory", "track_batches", "reorder_quantity"),
        *(
            "shelf_life_days",
            "lead_time_days",
            "requires_production",
            "production_time",
            "weight",
            "dimensions",
            "color",
        ),
        *("specifications", "custom_fields", "workspace", "created_at", "updated_at"),
    )
    details_sections = (
        Section(
            _l("Price and tax"),
            (
                *("price", "cost_price", "markup_percent", "vat_code", "vat_included", "cash_allowed"),
                *("mxik_code", "package_code"),
            ),
        ),
        Section(
            _l("Stock and supply"),
            (
                *("stock_now", "track_inventory", "track_batches", "reorder_quantity", "shelf_life_days"),
                *("lead_time_days", "requires_production", "production_time"),
            ),
        ),
        Section(
            _l("More"),
            (
                "weight",
                "dimensions",
                "color",
                "specifications",
                "custom_fields",
                "workspace",
                "created_at",
                "updated_at",
            ),
        ),
    )
    details_tables = (
        DetailsTable(
            "barcodes",
            _l("Barcodes and packs"),
            ("barcode", "multiplier", "title", "price"),
            {
                "barcode": _l("Barcode"),
                "multiplier": _l("Pieces in the pack"),
                "title": _l("Pack"),
                "price": _l("Pack price"),
            },
        ),
        DetailsTable(
            "prices",
            _l("Special prices"),
            ("price_type.name", "branch.name", "price", "valid_from", "valid_to"),
            {
                "price_type.name": _l("Price type"),
                "branch.name": _l("Branch"),
                "price": _l("Price"),
                "valid_from": _l("Valid from"),
                "valid_to": _l("Valid until"),
            },
        ),
    )
    form_columns = (
        *("name", "category", "unit", "sku", "brand", "status", "type", "tags"),
        *("price", "cost_price", "markup_percent", "vat_code", "vat_included", "cash_allowed"),
        *("mxik_code", "package_code", "barcodes", "pictures"),
        *("track_inventory", "track_batches", "reorder_quantity", "shelf_life_days", "lead_time_days"),
        *("requires_production", "production_time", "weight", "color", "workspace", "description"),
        *("dimensions", "specifications", "custom_fields"),
    )
    form_extra_fields = {
        "sku": StringField(
            _l("Article number"),
            [Length(max=64)],
            description=_l("Left empty, it becomes the next free number."),
        ),
        "barcodes": LinesField(BarcodeLine, _l("Barcodes and packs")),
        **{
            name: PairsField(label, description=_l("One “name: value” per line"))
            for name, label in (
                ("dimensions", _l("Dimensions")),
                ("specifications", _l("Specifications")),
                ("custom_fields", _l("Own fields")),
            )
        },
        "pictures": PicturesField(
            _l("Add pictures"), description=_l("PNG, JPEG, WebP; they are made smaller by themselves.")
        ),
    }
    form_args = {
        "name": {"validators": [InputRequired(), Length(max=500)]},
        "mxik_code": {"description": _l("17 digits")},
        "reorder_quantity": {"description": _l("How much to order at a time")},
        "track_batches": {"description": _l("By number and expiry: what expires first is sold first")},
    }
    form_wide = ("name", "barcodes", "pictures", "tags", "dimensions", "specifications", "custom_fields")
    form_sections = (
        Section(
            _l("Price and tax"),
            (
                *("price", "cost_price", "markup_percent", "vat_code", "vat_included", "cash_allowed"),
                *("mxik_code", "package_code"),
            ),
        ),
        Section(
            _l("Barcodes and packs"),
            ("barcodes",),
            _l("The first one is the main barcode. Without a pack price, a pack costs its pieces together."),
        ),
        Section(_l("Pictures"), ("pictures",)),
        Section(
            _l("Stock and supply"),
            (
                *("reorder_quantity", "shelf_life_days", "lead_time_days", "production_time"),
                *("track_inventory", "track_batches", "requires_production"),
            ),
        ),
        Section(
            _l("More"),
            ("weight", "color", "workspace", "description", "dimensions", "specifications", "custom_fields"),
        ),
    )

    row_actions = [
        RowAction(
            "give_barcode",
            _l("Give a barcode"),
            "barcode",
            P.PRODUCT_WRITE,
            _give_barcode,
            visible=lambda row: not any(code.multiplier == 1 for code in row.barcodes),
            in_list=False,
        ),
        RowAction(
            "label",
            _l("Print a label"),
            "print",
            P.LABEL_PRINT,
            lambda row: redirect(url_for("catalog.labels", ids=row.id)),
            in_list=False,
        ),
    ]

    # --- List ---------------------------------------------------------------------------------------------------
    def search(self, query: Any, words: list[str]) -> Any:
        """As the till searches; the best first, unless the person sorts otherwise."""
        ids = search_products(" ".join(words), limit=MOST_FOUND).ids
        query = query.filter(in_ids(Product.id, ids))
        if "sort" not in request.args:
            query = query.order_by(func.array_position(literal(ids, ARRAY(BigInteger)), Product.id))
        return query

    def extra_loads(self) -> list[Any]:
        return [selectinload(Product.images), joinedload(Product.unit)]

    def enrich(self, rows: list[Any]) -> None:
        """What is in stock."""
        stock = stock_of([row.id for row in rows], None)
        for row in rows:
            kept = stock is not None and row.track_inventory
            row.stock_now = stock.get(row.id, 0) if stock is not None and kept else None

    # --- Form ---------------------------------------------------------------------------------------------------
    def create_form(self, obj: Any = None) -> Any:
        form = self._fitted(super().create_form(obj))
        if request.method == "GET":
            form.unit.data = doors.unit_of_pieces()
        return form

    def edit_form(self, obj: Any = None) -> Any:
        return self._fitted(super().edit_form(obj))

    def _fitted(self, form: Any) -> Any:
        """Without what the person may not set, and with the VAT rates of the country."""
        if not can(P.PRICE_WRITE):
            del form.price
        organization = me().organization
        rates = vat_rates_on(organization.country, organization.today)
        form.vat_code.choices = [
            (code.value, f"{label_of(code).text} · {percent_of(rate)}") for code, rate in rates.items()
        ]
        return form

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        pictures = facts.pop("pictures", None) or []
        if "price" in facts and facts["price"] is None:
            facts["price"] = 0
        if "cost_price" in facts and facts["cost_price"] is None:
            facts["cost_price"] = 0
        if is_created:
            model = operations.create_product(actor=me(), **facts)
        else:
            operations.update_product(model, actor=me(), **facts)
        for picture in pictures:
            operations.add_product_image(
                model, picture.read(), original_name=picture.filename or "", actor=me()
            )
        return model

    def remove(self, model: Any) -> None:
        operations.delete_product(model, actor=me())

    # --- Labels and barcodes ------------------------------------------------------------------------------------
    @action("labels", _l("Labels"))
    def action_labels(self, ids: list[str]) -> ResponseReturnValue:
        """Print labels of the selected products."""
        chosen = [str(number) for key in ids[:MASS_LIMIT] if (number := parse_id(key))]
        return redirect(url_for("catalog.labels", ids=",".join(chosen)))

    @action("barcodes", _l("Give barcodes"))
    def action_barcodes(self, ids: list[str]) -> None:
        """Give the selected products that have no barcode one of the shop's own."""
        require(P.PRODUCT_WRITE)
        chosen = [number for key in ids[:MASS_LIMIT] if (number := parse_id(key))]
        given = self.attempt(lambda: give_barcodes(chosen, actor=me()))
        if given is not None:
            count = len(given)
            sentence = ngettext(
                "%(num)d product has a barcode now.", "%(num)d products have a barcode now.", count
            )
            flash(sentence if count else _("All of them had a barcode already."), "success")

    def is_action_allowed(self, name: str) -> bool:
        """Whether a mass action is offered."""
        wanted = {"labels": P.LABEL_PRINT, "barcodes": P.PRODUCT_WRITE}.get(name)
        return (wanted is None or can(wanted)) and super().is_action_allowed(name)

    # --- Pictures -----------------------------------------------------------------------------------------------
    @expose("/pictures/<any(remove, first):what>/", methods=("POST",))
    def picture_view(self, what: str) -> ResponseReturnValue:
        """Remove a picture, or show it first."""
        require(P.PRODUCT_WRITE)
        image = doors.product_image(parse_id(request.form.get("id")) or 0)
        product_id = image.product_id
        if what == "remove":
            change, sentence = operations.delete_product_image, _("The picture is removed.")
        else:
            change, sentence = operations.put_image_first, _("Lists show this picture now.")

        def work() -> bool:
            change(image, actor=me())
            return True

        done = self.attempt(work)
        if done:
            flash(sentence, "success")
        return redirect(self.get_url(".edit_view", id=product_id))


def _first_image(row: Product) -> int | None:
    return row.images[0].id if row.images else None
