"""Customers from a spreadsheet, found again by number, phone or tax number."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.models import PriceType
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.imports import Field, Line, Work
from smartpos.core.search import fold
from smartpos.core.sheets import Cell, cell_as_date, cell_as_decimal, cell_as_text
from smartpos.crm.imports.records import RecordImporter, reader
from smartpos.crm.models import Customer, CustomerType
from smartpos.crm.operations.customers import NAMING, NUMBER_DIGITS
from smartpos.crm.operations.facts import CREDIT_LIMIT, READERS
from smartpos.crm.operations.indexing import forget_customer, rebuild_customer_search
from smartpos.crm.permissions import CrmPermission as P

_PEOPLE = frozenset(
    map(fold, ("person", "jismoniy shaxs", "jismoniy", "физлицо", "физическое лицо", "частное лицо"))
)
_FIRMS = frozenset(
    map(
        fold,
        (
            "company",
            "yuridik shaxs",
            "yuridik",
            "firma",
            "юрлицо",
            "юридическое лицо",
            "организация",
            "компания",
        ),
    )
)


def read_type(cell: Cell) -> str | None:
    """A person or a company, in words. Raises Invalid."""
    text = cell_as_text(cell)
    if text is None:
        return None
    word = fold(text)
    if word in _PEOPLE or word in _FIRMS:
        return (CustomerType.PERSON if word in _PEOPLE else CustomerType.COMPANY).value
    raise Invalid(_("This must be a person or a company."))


class CustomerImporter(RecordImporter):
    """Customers with what is agreed with them."""

    key = "customers"
    title = _l("Customers")
    lead = _l("New customers are added, those with a known number, phone or tax number are changed.")
    icon = "users"
    permission = P.CUSTOMER_WRITE
    endpoint = "customers.index_view"
    one_of = ("phone", "bin", "customer_number")
    table = "customers"
    keys = ("customer_number", "phone", "bin")
    naming = NAMING
    own_tables = frozenset({"customer_words", "customer_contacts", "customer_addresses"})
    fields = (
        Field(
            "name",
            _l("Name"),
            (
                "customer",
                "full name",
                "ismi",
                "fio",
                "mijoz",
                "xaridor",
                "имя",
                "фио",
                "клиент",
                "покупатель",
                "название",
            ),
            reader(READERS, "name"),
            hint=_l("Needed for new customers."),
            example="Aliyeva Nodira",
        ),
        Field(
            "phone",
            _l("Phone"),
            ("telefon", "telefon raqami", "телефон", "номер телефона", "тел", "mobile", "phone number"),
            example="+998 90 123 45 67",
        ),
        Field(
            "customer_number",
            _l("Customer number"),
            ("karta raqami", "mijoz raqami", "номер клиента", "номер карты", "card number"),
            hint=_l("As the system gave it; only for customers it knows."),
        ),
        Field("type", _l("Kind"), ("turi", "тип", "вид", "type"), read_type, example="person"),
        Field(
            "company_name",
            _l("Company"),
            ("kompaniya", "tashkilot", "компания", "организация", "firma"),
            reader(READERS, "company_name"),
        ),
        Field(
            "bin",
            _l("Tax number"),
            ("inn", "stir", "bin", "инн", "бин", "иин"),
            reader(READERS, "bin"),
            hint=_l("The column must be text."),
            example="301234567",
        ),
        Field(
            "email",
            _l("E-mail"),
            ("email", "e-mail", "pochta", "почта", "эл. почта"),
            reader(READERS, "email"),
        ),
        Field("address", _l("Address"), ("manzil", "адрес"), reader(READERS, "address")),
        Field(
            "birth_date",
            _l("Date of birth"),
            ("tugilgan sana", "tugʻilgan kuni", "дата рождения", "birthday"),
            lambda cell: READERS["birth_date"](cell_as_date(cell), "birth_date"),
            "date",
        ),
        Field(
            "credit_limit",
            _l("Credit limit"),
            ("kredit limiti", "qarz limiti", "кредитный лимит", "лимит долга"),
            partial(cell_as_decimal, digits=2, limit=CREDIT_LIMIT),
            "number",
            permission=P.CUSTOMER_CREDIT,
        ),
        Field("price_type", _l("Price type"), ("narx turi", "тип цены", "вид цены")),
        Field(
            "notes",
            _l("Notes"),
            ("izoh", "примечание", "комментарий", "comment"),
            lambda cell: READERS["notes"](cell_as_text(cell), "notes"),
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Any:
        """As of any record; a customer number must be known, because the system gives them."""
        self._types = {row.name.casefold(): row.id for row in db.session.scalars(select(PriceType))}
        plan = super().plan(lines, work)
        for step in plan.steps.rows:
            if step.record is None and step.facts.get("customer_number"):
                work.problem(step.line, "customer_number", _("There is no customer with this number."))
        return plan

    def facts_of(self, line: Line, work: Work) -> dict[str, Any]:
        """The columns, the price type by its name."""
        facts = super().facts_of(line, work)
        name = facts.pop("price_type", None)
        if name:
            facts["price_type_id"] = self._types.get(name.casefold())
            if facts["price_type_id"] is None:
                work.problem(line, "price_type", _("There is no price type of this name."))
        return facts

    def usual(self, column: str) -> Any:
        """Persons, unless the sheet says otherwise."""
        return CustomerType.PERSON.value if column == "type" else None

    def for_new(self, count: int) -> dict[str, Sequence[Any]]:
        """Numbers nobody has, at random as always: who reads one from a card cannot guess the neighbour's."""
        free: set[str] = set()
        while len(free) < count:
            least = 10 ** (NUMBER_DIGITS - 1)
            drawn = {str(least + secrets.randbelow(9 * least)) for _number in range(count - len(free))}
            taken = set(
                db.session.scalars(
                    select(Customer.customer_number).where(Customer.customer_number.in_(drawn))
                )
            )
            free |= drawn - taken
        return {"customer_number": sorted(free)}

    def index(self, ids: Sequence[int]) -> None:
        """Have them found by name, phone and number."""
        rebuild_customer_search(ids)

    def forget(self, ids: Sequence[int]) -> None:
        """Take them out of the index."""
        for row_id in ids:
            forget_customer(row_id)
