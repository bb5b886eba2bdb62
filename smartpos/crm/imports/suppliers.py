"""Suppliers from a spreadsheet, found again by their name or tax number."""

from flask_babel import lazy_gettext as _l

from smartpos.core.imports import Field
from smartpos.core.sheets import cell_as_text
from smartpos.crm.imports.records import RecordImporter, reader
from smartpos.crm.operations.suppliers import READERS
from smartpos.crm.permissions import CrmPermission as P


class SupplierImporter(RecordImporter):
    """Suppliers with their terms."""

    key = "suppliers"
    title = _l("Suppliers")
    lead = _l("New suppliers are added, those with a known name or tax number are changed.")
    icon = "truck"
    permission = P.SUPPLIER_WRITE
    endpoint = "suppliers.index_view"
    one_of = ("name", "bin")
    table = "suppliers"
    keys = ("bin", "name")
    fields = (
        Field(
            "name",
            _l("Name"),
            (
                "supplier",
                "yetkazib beruvchi",
                "taʼminotchi",
                "nomi",
                "поставщик",
                "название",
                "наименование",
                "контрагент",
            ),
            reader(READERS, "name"),
            example="Bahor Savdo MChJ",
        ),
        Field(
            "bin",
            _l("Tax number"),
            ("inn", "stir", "bin", "инн", "бин"),
            reader(READERS, "bin"),
            hint=_l("The column must be text."),
            example="301234567",
        ),
        Field(
            "legal_name",
            _l("Legal name"),
            ("yuridik nomi", "юридическое название", "полное наименование"),
            reader(READERS, "legal_name"),
        ),
        Field(
            "contact_person",
            _l("Contact person"),
            ("aloqa shaxsi", "контактное лицо", "менеджер"),
            reader(READERS, "contact_person"),
        ),
        Field(
            "phone", _l("Phone"), ("telefon", "телефон", "номер телефона", "тел"), example="+998 90 123 45 67"
        ),
        Field("email", _l("E-mail"), ("email", "e-mail", "pochta", "почта"), reader(READERS, "email")),
        Field("address", _l("Address"), ("manzil", "адрес"), reader(READERS, "address")),
        Field(
            "bank_details",
            _l("Bank details"),
            ("bank rekvizitlari", "реквизиты", "банковские реквизиты"),
            lambda cell: READERS["bank_details"](cell_as_text(cell), "bank_details"),
        ),
        Field(
            "payment_days",
            _l("Days to pay"),
            ("tolov muddati", "toʻlov muddati kun", "отсрочка", "отсрочка дней", "срок оплаты"),
            reader(READERS, "payment_days"),
            "number",
            example=14,
        ),
        Field(
            "lead_time_days",
            _l("Delivery time, days"),
            ("yetkazish muddati", "срок поставки", "срок доставки"),
            reader(READERS, "lead_time_days"),
            "number",
            example=3,
        ),
        Field("notes", _l("Notes"), ("izoh", "примечание", "комментарий"), reader(READERS, "notes")),
    )

    def usual(self, column: str) -> object:
        """Paid at once, unless the sheet says otherwise."""
        return 0 if column == "payment_days" else None
