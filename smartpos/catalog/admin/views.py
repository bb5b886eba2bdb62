"""Categories, units, prices, barcodes, pictures, synonyms and VAT rates in the back office."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import SelectField
from wtforms.validators import InputRequired

from smartpos.catalog import operations
from smartpos.catalog.admin.common import Styled, thumbnail
from smartpos.catalog.models import (
    Price,
    PriceType,
    Product,
    ProductImage,
    SearchSynonym,
    VatRate,
)
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import ReadOnlyView, RowAction, TenantView, formatters
from smartpos.core.admin.fields import WholeField
from smartpos.core.db import db, utc_now
from smartpos.identity.principal import me


class CategoryView(TenantView):
    """The category tree."""

    permission_read, permission_write = P.PRODUCT_READ, P.PRODUCT_WRITE
    menu_icon, menu_order = "category", 20
    populates_model = False
    new_title, new_label = _l("New category"), _l("New category")
    lead = _l("Products are found by the names of their categories too.")
    column_list = ("name", "parent", "products", "code", "sort_order", "is_active")
    column_labels = {
        "name": _l("Name"),
        "parent": _l("Inside"),
        "products": _l("Products"),
        "code": _l("Code"),
        "sort_order": _l("Order"),
        "is_active": _l("In use"),
        "description": _l("Description"),
        "workspace": _l("Workspace"),
    }
    column_formats = {"products": formatters.number}
    column_sortable_list = ("name", "sort_order")
    column_default_sort = [("sort_order", False), ("name", False)]
    column_searchable_list = ("name", "code")
    column_filters = ("parent", "is_active")
    form_columns = ("name", "parent", "code", "sort_order", "workspace", "is_active", "description")
    form_args = {"name": {"validators": [InputRequired()]}}
    form_extra_fields = {"sort_order": WholeField(_l("Order"), least=0, most=1_000_000, default=0)}

    def enrich(self, rows: list[Any]) -> None:
        """How many products lie in each category itself."""
        counts = dict(
            db.session.execute(
                select(Product.category_id, func.count())
                .where(in_ids(Product.category_id, [row.id for row in rows]), Product.deleted_at.is_(None))
                .group_by(Product.category_id)
            ).all()
        )
        for row in rows:
            row.products = counts.get(row.id, 0)

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        if is_created:
            return operations.create_category(actor=me(), **self.keywords(form))
        return operations.update_category(model, actor=me(), **self.keywords(form))

    def remove(self, model: Any) -> None:
        operations.delete_category(model, actor=me())


class UnitView(TenantView):
    """Units of measure."""

    permission_read, permission_write = P.PRODUCT_READ, P.PRODUCT_WRITE
    menu_icon, menu_order = "scale", 30
    populates_model = False
    new_title, new_label = _l("New unit"), _l("New unit")
    column_list = ("name", "title", "digits", "base_unit", "factor")
    column_labels = {
        "name": _l("On the receipt"),
        "title": _l("Name"),
        "digits": _l("Decimal places"),
        "base_unit": _l("Part or multiple of"),
        "factor": _l("How much of it one is"),
    }
    column_descriptions = {
        "digits": _l("How finely a quantity may be divided: 0 for pieces, 3 for kilograms")
    }
    column_formats = {"factor": formatters.number}
    column_searchable_list = ("name", "title")
    column_default_sort = "name"
    form_columns = ("name", "title", "digits", "base_unit", "factor")
    form_args = {
        "name": {"validators": [InputRequired()]},
        "base_unit": {"description": _l("Recipes may be written in grams of what is counted in kilograms.")},
        "factor": {"description": _l("A gram is 0.001 of a kilogram, a dozen is 12 pieces")},
    }
    form_extra_fields = {
        "digits": WholeField(
            _l("Decimal places"), least=0, most=3, default=0, description=_l("0 for pieces, 3 for kilograms")
        )
    }

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        facts["digits"] = facts["digits"] or 0
        if is_created:
            return operations.create_unit(actor=me(), **facts)
        return operations.update_unit(model, actor=me(), **facts)

    def remove(self, model: Any) -> None:
        operations.delete_unit(model, actor=me())


def _make_default(row: PriceType) -> str:
    operations.make_default_price_type(row, actor=me())
    return _("“%(name)s” is now the default price type.", name=row.name)


class PriceTypeView(TenantView):
    """Retail, wholesale and the like."""

    permission_read, permission_write = P.PRICE_READ, P.PRICE_WRITE
    menu_icon, menu_order = "percent", 50
    populates_model = False
    new_title, new_label = _l("New price type"), _l("New price type")
    lead = _l("The default price type is what tills sell by; its price is the product's own.")
    column_list = ("name", "is_default")
    column_labels = {"name": _l("Name"), "is_default": _l("Default")}
    column_default_sort = "name"
    form_columns = ("name",)
    form_args = {"name": {"validators": [InputRequired()]}}
    row_actions = [
        RowAction(
            "default",
            _l("Make it the default"),
            "check",
            P.PRICE_WRITE,
            _make_default,
            confirm_text=_l("Tills will sell by this price type from now on. Continue?"),
            visible=lambda row: not row.is_default,
        )
    ]

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        if is_created:
            return operations.create_price_type(name=form.name.data, actor=me())
        return operations.update_price_type(model, name=form.name.data, actor=me())

    def remove(self, model: Any) -> None:
        operations.delete_price_type(model, actor=me())


def _standing(row: Price) -> Any:
    now = utc_now()
    if row.valid_from is not None and row.valid_from > now:
        return formatters.pill(_("Begins later"), "info")
    if row.valid_to is not None and row.valid_to <= now:
        return formatters.pill(_("Ended"))
    return formatters.pill(_("Valid"), "good")


class PriceView(TenantView):
    """Prices that refine the products' own."""

    permission_read, permission_write = P.PRICE_READ, P.PRICE_WRITE
    menu_icon, menu_order = "price", 40
    populates_model = False
    new_title, new_label = _l("New special price"), _l("New special price")
    lead = _l(
        "The branch's own price goes before the one for all branches; of several the one that began last holds."
    )
    column_list = ("product", "price", "standing", "price_type", "branch", "valid_from", "valid_to")
    column_labels = {
        "product": _l("Product"),
        "price_type": _l("Price type"),
        "branch": _l("Branch"),
        "price": _l("Price"),
        "valid_from": _l("Valid from"),
        "valid_to": _l("Valid until"),
        "standing": _l("State"),
        "created_at": _l("Created"),
    }
    column_formatters = {"standing": lambda view, context, row, name: _standing(row)}
    column_formatters_detail = column_formatters
    column_sortable_list = ("valid_from",)
    column_filters = ("product", "price_type", "branch", "price", "valid_from", "valid_to")
    column_searchable_list = ("product.name", "product.sku")
    form_columns = ("product", "price", "price_type", "branch", "valid_from", "valid_to")
    form_ajax_refs = {"product": ProductChoices("product")}
    form_args = {
        "price": {"validators": [InputRequired()]},
        "branch": {"description": _l("Left empty: all branches")},
        "valid_from": {"description": _l("Left empty: from the beginning")},
        "valid_to": {
            "description": _l("Left empty: until further notice. At this moment it no longer holds.")
        },
    }

    def title_of(self, model: Any) -> str:
        return str(model.product)

    def create_form(self, obj: Any = None) -> Any:
        form = super().create_form(obj)
        if form.price_type.data is None and not form.is_submitted():
            form.price_type.data = db.session.scalar(select(PriceType).where(PriceType.is_default))
        return form

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.values(form)
        branch = facts.pop("branch")
        return operations.update_price(
            model or Price(created_by=me().user_id),
            branch_id=branch.id if branch is not None else None,
            actor=me(),
            **facts,
        )

    def remove(self, model: Any) -> None:
        operations.delete_price(model, actor=me())


class BarcodeView(ReadOnlyView):
    """All barcodes; they are edited with their product."""

    permission_read = P.PRODUCT_READ
    menu_icon, menu_order = "barcode", 60
    lead = _l("Barcodes and packs are edited with their product.")
    column_list = ("barcode", "product", "multiplier", "title", "price", "created_at")
    column_labels = {
        "barcode": _l("Barcode"),
        "product": _l("Product"),
        "multiplier": _l("Pieces in the pack"),
        "title": _l("Pack"),
        "price": _l("Pack price"),
        "created_at": _l("Created"),
    }
    column_searchable_list = ("barcode", "product.name")
    column_filters = ("product", "multiplier")


def _remove_image(row: ProductImage) -> str:
    operations.delete_product_image(row, actor=me())
    return _("The picture is removed.")


class ImageView(Styled, ReadOnlyView):
    """All pictures; they are added with their product."""

    permission_read = P.PRODUCT_READ
    menu_icon, menu_order = "image", 70
    lead = _l("Pictures are added with their product.")
    column_list = ("picture", "product", "sort_order", "created_at")
    column_labels = {
        "picture": _l("Picture"),
        "product": _l("Product"),
        "sort_order": _l("Order"),
        "created_at": _l("Created"),
    }
    export_skips = ("picture",)
    column_formatters = {"picture": lambda view, context, row, name: thumbnail(row.id)}
    column_formatters_detail = column_formatters
    column_filters = ("product", "created_at")
    row_actions = [
        RowAction(
            "remove",
            _l("Remove"),
            "trash",
            P.PRODUCT_WRITE,
            _remove_image,
            confirm_text=_l("Remove this picture?"),
            tone="danger",
        )
    ]

    def title_of(self, model: Any) -> str:
        return str(model.product)


LANGUAGES = {"uz": _l("Uzbek"), "ru": _l("Russian"), "en": _l("English"), "kk": _l("Kazakh")}


class SynonymView(TenantView):
    """Words of one meaning."""

    permission_read, permission_write = P.PRODUCT_READ, P.PRODUCT_WRITE
    menu_icon, menu_order = "search", 80
    populates_model = False
    new_title, new_label = _l("New word"), _l("New word")
    lead = _l("Words with the same meaning find each other's products: who looks for “milk” is shown “sut”.")
    column_list = ("term", "concept", "lang")
    column_labels = {"concept": _l("Meaning"), "term": _l("Word"), "lang": _l("Language")}
    column_choices = {"lang": list(LANGUAGES.items())}
    column_searchable_list = ("concept", "term")
    column_filters = ("lang",)
    column_default_sort = [("concept", False), ("term", False)]
    form_columns = ("concept", "term", "lang")
    form_args = {
        "concept": {"description": _l("Any name for the meaning; the same for all its words")},
    }
    form_extra_fields = {"lang": SelectField(_l("Language"), choices=list(LANGUAGES.items()))}

    def title_of(self, model: SearchSynonym) -> str:
        return model.term

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        if is_created:
            return operations.create_synonym(actor=me(), **self.values(form))
        return operations.update_synonym(model, actor=me(), **self.values(form))

    def remove(self, model: Any) -> None:
        operations.delete_synonym(model, actor=me())


class VatRateView(ReadOnlyView):
    """The VAT rates of the tenant's country, as the law has them."""

    permission_read = P.PRODUCT_READ
    menu_icon, menu_order = "receipt", 90
    lead = _l("The law of your country. New rates come with updates.")
    column_list = ("code", "rate", "valid_from", "valid_to")
    column_labels = {
        "code": _l("VAT"),
        "rate": _l("Rate"),
        "valid_from": _l("Valid from"),
        "valid_to": _l("No longer from"),
    }
    column_default_sort = [("code", False), ("valid_from", True)]

    def get_query(self) -> Any:
        return super().get_query().filter(VatRate.country == me().organization.country)

    def title_of(self, model: Any) -> str:
        return str(model.code.value)
