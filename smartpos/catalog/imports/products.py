"""Products from a spreadsheet: new ones are made, known ones (by article number or barcode) are changed.

An empty cell leaves a known product as it is. Barcodes are added, never taken away. Everything is written by a fixed
number of statements for every five thousand rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.catalog.imports.naming import (
    MOST_NEW_CATEGORIES,
    Categories,
    Path,
    Words,
    read_path,
)
from smartpos.catalog.imports.undoing import undo_products
from smartpos.catalog.operations import values
from smartpos.catalog.operations.importing import (
    BARCODE_ALIASES,
    SKU_ALIASES,
    decimal,
    read_barcodes,
    read_sku,
    reader,
)
from smartpos.catalog.operations.indexing import rebuild_search, search_key
from smartpos.catalog.operations.products import MOST_BARCODES, NAMING, reserve_skus
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors
from smartpos.catalog.queries.matching import (
    BarcodeOwner,
    owners_of_barcodes,
    products_by_id,
    products_by_sku,
)
from smartpos.core.imports import Field, Importer, Line, Plan, Work, delete_rows, insert_rows, update_rows
from smartpos.core.money import COST_LIMIT
from smartpos.core.sheets import cell_as_text, cell_as_yes_no

CHUNK = 5000
# What is compared with what is there; the category is known only when it is there already.
PLAIN = ("name", "price", "cost_price", "mxik_code", "package_code", "brand", "track_batches", "description")
COLUMNS = (*PLAIN, "unit_id", "vat_code", "category_id")
FOR_NEW: dict[str, Any] = {
    "price": Decimal(0),
    "cost_price": Decimal(0),
    "vat_code": "standard",
    "track_batches": False,
}


@dataclass(slots=True)
class Step:
    """A row on its way: the product it is about (None: a new one), what will change, and its category by name."""

    line: Line
    product: Mapping[str, Any] | None
    facts: dict[str, Any]
    path: Path | None = None
    barcodes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Steps:
    """What ``write`` does."""

    rows: list[Step] = field(default_factory=list)
    categories: Categories = field(default_factory=Categories)
    # Barcodes that deleted products still hold.
    released: list[int] = field(default_factory=list)


class ProductImporter(Importer):
    """Products with their barcodes and categories."""

    key = "products"
    title = _l("Products")
    lead = _l("New products are added, those with a known article number or barcode are changed.")
    icon = "product"
    permission = P.PRODUCT_WRITE
    endpoint = "products.index_view"
    one_of = ("sku", "barcode")
    fields = (
        Field(
            "name",
            _l("Name"),
            (
                *("product", "product name", "nomi", "tovar nomi", "mahsulot", "mahsulot nomi", "tovar"),
                *("название", "наименование", "наименование товара", "товар", "номенклатура", "продукт"),
            ),
            reader(values.READERS["name"], "name"),
            hint=_l("Needed for new products."),
            example="Qora choy, 100 g",
        ),
        Field(
            "sku",
            _l("Article number"),
            SKU_ALIASES,
            read_sku,
            hint=_l("Finds the product again. Left empty, a new product gets the next free number."),
            example="10001",
        ),
        Field(
            "barcode",
            _l("Barcode"),
            BARCODE_ALIASES,
            read_barcodes,
            hint=_l(
                "Several are divided by commas. Finds the product again when there is no article number."
            ),
            example="4780000000014",
        ),
        Field(
            "category",
            _l("Category"),
            ("kategoriya", "toifa", "guruh", "категория", "группа", "группа товаров", "раздел", "group"),
            read_path,
            hint=_l("From the top down, divided by >. Categories that are missing are made."),
            example="Ichimliklar > Choy",
        ),
        Field(
            "unit",
            _l("Unit"),
            (
                *(
                    "unit of measure",
                    "birlik",
                    "olchov birligi",
                    "oʻlchov birligi",
                    "единица",
                    "ед",
                    "ед изм",
                ),
                *("единица измерения", "ед. изм."),
            ),
            example="dona",
        ),
        Field(
            "price",
            _l("Price"),
            (
                *("sale price", "retail price", "narx", "narxi", "sotuv narxi", "sotish narxi", "цена"),
                *("цена продажи", "розничная цена", "цена розница", "продажная цена"),
            ),
            decimal(digits=2, limit=values.PRICE_LIMIT),
            "number",
            example=24500,
            permission=P.PRICE_WRITE,
        ),
        Field(
            "cost_price",
            _l("Cost"),
            (
                *("cost price", "purchase price", "tannarx", "tannarxi", "kirim narxi", "xarid narxi"),
                *("себестоимость", "закупочная цена", "цена закупки", "приходная цена", "закуп"),
            ),
            decimal(digits=4, limit=COST_LIMIT),
            "number",
            example=18000,
            permission=P.COST_READ,
        ),
        Field(
            "vat",
            _l("VAT"),
            ("qqs", "qqs stavkasi", "ндс", "ставка ндс", "vat rate", "tax"),
            hint=_l("The rate in per cent, or “without VAT”."),
            example="12",
        ),
        Field(
            "mxik_code",
            _l("MXIK code"),
            ("mxik", "mxik kodi", "икпу", "мхик", "ikpu", "код икпу"),
            reader(values.READERS["mxik_code"], "mxik_code"),
            hint=_l("17 digits; the column must be text."),
            example="00902001001000000",
        ),
        Field(
            "package_code",
            _l("Package code"),
            ("qadoq kodi", "oʻram kodi", "код упаковки"),
            reader(values.READERS["package_code"], "package_code"),
            example="1500001",
        ),
        Field(
            "brand",
            _l("Brand"),
            ("brend", "бренд", "марка", "производитель", "ishlab chiqaruvchi"),
            reader(values.READERS["brand"], "brand"),
            example="Ahmad",
        ),
        Field(
            "track_batches",
            _l("Lots are kept"),
            ("partiya", "partiyali", "партионный учет", "партии", "учет сроков", "lots", "batches"),
            cell_as_yes_no,
            hint=_l("Yes for goods with an expiry date."),
            example="+",
        ),
        Field(
            "description",
            _l("Description"),
            ("tavsif", "izoh", "описание", "комментарий", "примечание"),
            lambda cell: values.prose(cell_as_text(cell), "description"),
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Find each row's product, and what it would change."""
        steps = Steps(categories=Categories.load())
        owners = owners_of_barcodes({code for line in lines for code in line.get("barcode") or ()})
        skus = {line.get("sku") for line in lines if line.get("sku")}
        by_sku = products_by_sku(skus, COLUMNS, lock=work.writes)
        by_id = products_by_id(
            {owner.product_id for owner in owners.values() if not owner.is_deleted}, COLUMNS, lock=work.writes
        )
        self._refuse_twins(lines, work)
        words = Words(work)
        pieces = doors.unit_of_pieces()
        met: dict[int, int] = {}
        plan = Plan(steps=steps)
        for line in lines:
            product = self._product_of(line, by_sku, by_id, owners, work)
            facts = {name: line.get(name) for name in PLAIN if line.get(name) is not None}
            self._read_words(line, facts, words, work)
            path: Path | None = line.get("category")
            if product is None:
                self._complete(line, facts, pieces.id if pieces else None, work)
            elif product["id"] in met:
                work.problem(
                    line,
                    "sku" if line.get("sku") else "barcode",
                    _("The same product is in row %(row)s already.", row=met[product["id"]]),
                )
            else:
                met[product["id"]] = line.number
            if work.is_wrong(line):
                continue
            barcodes = []
            for code in line.get("barcode") or ():
                owner = owners.get(code)
                if owner is not None and owner.is_deleted:
                    steps.released.append(owner.id)
                if owner is None or owner.is_deleted:
                    barcodes.append(code)
            category = steps.categories.find(path) if path else None
            if path and category is not None:
                facts["category_id"], path = category, None
            if product is not None:
                facts = {name: value for name, value in facts.items() if product[name] != value}
                if not (facts or barcodes or path):
                    plan.same += 1
                    continue
            plan.new, plan.changed = plan.new + (product is None), plan.changed + (product is not None)
            steps.rows.append(Step(line, product, facts, path, barcodes))
        if len(steps.categories.wanted) > MOST_NEW_CATEGORIES and lines:
            work.problem(
                lines[0],
                "category",
                _("This would make more than %(most)s categories.", most=MOST_NEW_CATEGORIES),
            )
        return plan

    def _refuse_twins(self, lines: Sequence[Line], work: Work) -> None:
        """Mark what stands in two rows of the file."""
        skus: dict[str, int] = {}
        codes: dict[str, int] = {}
        for line in lines:
            sku = line.get("sku")
            if sku and skus.setdefault(sku, line.number) != line.number:
                work.problem(line, "sku", _("This article number is in row %(row)s already.", row=skus[sku]))
            barcodes = line.get("barcode") or ()
            if len(barcodes) > MOST_BARCODES:
                work.problem(line, "barcode", _("At most %(most)s barcodes fit here.", most=MOST_BARCODES))
            for code in barcodes:
                if codes.setdefault(code, line.number) != line.number:
                    work.problem(
                        line,
                        "barcode",
                        _(
                            "The barcode %(barcode)s is in row %(row)s already.",
                            barcode=code,
                            row=codes[code],
                        ),
                    )

    def _product_of(
        self,
        line: Line,
        by_sku: Mapping[str, dict[str, Any]],
        by_id: Mapping[int, dict[str, Any]],
        owners: Mapping[str, BarcodeOwner],
        work: Work,
    ) -> Mapping[str, Any] | None:
        """The product a row is about; None for a new one. A barcode of another product is marked."""
        sku = line.get("sku")
        holders = {
            owner.product_id: owner
            for code in line.get("barcode") or ()
            if (owner := owners.get(code)) is not None and not owner.is_deleted
        }
        if not sku and not line.get("barcode"):
            if not work.is_wrong(line):
                where = "sku" if "sku" in line.cells else "barcode"
                work.problem(line, where, _("A row needs an article number or a barcode."))
            return None
        product = by_sku.get(sku) if sku else None
        if sku:
            for product_id, owner in holders.items():
                if product is None or product_id != product["id"]:
                    work.problem(
                        line,
                        "barcode",
                        _("This barcode belongs to “%(name)s”, %(sku)s.", name=owner.name, sku=owner.sku),
                    )
            return product
        if len(holders) > 1:
            names = "”, “".join(owner.name for owner in holders.values())
            work.problem(line, "barcode", _("These barcodes belong to “%(names)s”.", names=names))
            return None
        return by_id.get(next(iter(holders))) if holders else None

    def _read_words(self, line: Line, facts: dict[str, Any], words: Words, work: Work) -> None:
        """What is a reference here and a word in the sheet."""
        unit, vat = line.get("unit"), line.get("vat")
        if unit:
            facts["unit_id"] = words.unit(unit)
            if facts["unit_id"] is None:
                work.problem(line, "unit", _("There is no unit of this name."))
        if vat:
            code = words.vat_code(vat)
            facts["vat_code"] = code.value if code else None
            if code is None:
                work.problem(line, "vat", _("There is no such VAT rate in your country."))

    def _complete(self, line: Line, facts: dict[str, Any], pieces: int | None, work: Work) -> None:
        """What a new product needs."""
        if not facts.get("name") and not work.is_wrong(line):
            work.problem(line, "name", _("A new product needs a name."))
        if pieces is None and "unit_id" not in facts:
            work.problem(line, "unit", _("Add a unit of measure first."))
        facts.setdefault("unit_id", pieces)
        for name, usual in FOR_NEW.items():
            facts.setdefault(name, usual)

    # --- Writing ------------------------------------------------------------------------------------------------
    def write(self, plan: Plan, work: Work) -> None:
        """Write in chunks; then index what is found by other words than before."""
        steps: Steps = plan.steps
        steps.categories.make(work)
        delete_rows("product_barcodes", steps.released)
        for step in steps.rows:
            if step.path is not None:
                step.facts["category_id"] = steps.categories.find(step.path)
        fresh = [step for step in steps.rows if step.product is None]
        known = [step for step in steps.rows if step.product is not None]
        given = {step.line.get("sku") for step in fresh} - {None}
        numbers = iter(reserve_skus(sum(not step.line.get("sku") for step in fresh), apart_from=given))
        renamed: list[int] = []
        for start in range(0, len(fresh), CHUNK):
            chunk = fresh[start : start + CHUNK]
            renamed += self._insert(chunk, [step.line.get("sku") or next(numbers) for step in chunk], work)
            work.step(len(chunk))
        for start in range(0, len(known), CHUNK):
            chunk = known[start : start + CHUNK]
            renamed += self._update(chunk, work)
            work.step(len(chunk))
        for start in range(0, len(renamed), CHUNK):
            rebuild_search(renamed[start : start + CHUNK])
            work.step(min(CHUNK, len(renamed) - start))

    def _insert(self, chunk: Sequence[Step], skus: Sequence[str], work: Work) -> list[int]:
        count = len(chunk)
        made = insert_rows(
            "products",
            {
                **{name: [step.facts.get(name) for step in chunk] for name in COLUMNS},
                "sku": skus,
                "search_key": [search_key(step.facts["name"]) for step in chunk],
                "created_by": [work.actor.user_id] * count,
                "created_at": [work.moment] * count,
                "updated_at": [work.moment] * count,
            },
        )
        ids = [row_id for (row_id,) in made]
        work.created("products", ids)
        self._add_barcodes(chunk, ids, work, are_new=True)
        return ids

    def _update(self, chunk: Sequence[Step], work: Work) -> list[int]:
        ids = [step.product["id"] for step in chunk if step.product is not None]
        touched = sorted({name for step in chunk for name in step.facts})
        columns: dict[str, list[Any]] = {name: [] for name in touched}
        before = []
        for step in chunk:
            old = step.product or {}
            before.append((old["id"], {name: old[name] for name in step.facts}))
            for name in touched:
                columns[name].append(step.facts.get(name, old[name]))
        if "name" in columns:
            columns["search_key"] = [search_key(name) for name in columns["name"]]
        work.changed("products", before)
        update_rows("products", ids, {**columns, "updated_at": [work.moment] * len(ids)})
        self._add_barcodes(chunk, ids, work, are_new=False)
        return [row_id for step, row_id in zip(chunk, ids, strict=True) if NAMING & step.facts.keys()]

    def _add_barcodes(self, chunk: Sequence[Step], ids: Sequence[int], work: Work, *, are_new: bool) -> None:
        pairs = [(row_id, code) for step, row_id in zip(chunk, ids, strict=True) for code in step.barcodes]
        made = insert_rows(
            "product_barcodes",
            {
                "product_id": [row_id for row_id, _code in pairs],
                "barcode": [code for _row_id, code in pairs],
                "created_at": [work.moment] * len(pairs),
            },
        )
        if not are_new:  # those of new products go with them
            work.created("product_barcodes", [row_id for (row_id,) in made])

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Take back what nobody has touched or used since."""
        undo_products(changes, work)
