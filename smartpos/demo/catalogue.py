"""The demo catalogue, read from ``data/products.csv``.

Names, prices and costs are written by hand; barcodes are made here so that their check digits hold. The
classifier and package codes look like the tax service's codes but are not taken from its catalogue.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from pathlib import Path
from zlib import crc32

from smartpos.catalog.operations.barcodes import check_digit

PRODUCTS_FILE = Path(__file__).parent / "data" / "products.csv"
RECIPES_FILE = PRODUCTS_FILE.with_name("recipes.csv")

# GS1 prefixes of the countries the goods come from.
PREFIXES = {
    "AE": "629", "AM": "485", "AT": "900", "AZ": "476", "BE": "540", "BY": "481", "CH": "761", "CN": "692",
    "DE": "400", "ES": "843", "FI": "640", "FR": "302", "GB": "501", "GE": "486", "GR": "521", "IE": "539",
    "IN": "890", "IR": "626", "IT": "801", "KR": "880", "KZ": "487", "LK": "479", "LV": "475", "MX": "750",
    "NL": "871", "NZ": "942", "PL": "590", "RU": "460", "SE": "731", "TH": "885", "TR": "869", "UA": "482",
    "US": "072", "UZ": "478",
}  # fmt: skip

IN_SHOP_PREFIX = "2900000"
"""For pieces without a maker's barcode; the rest of the range 20-28 stays free for scales."""

BOX = 20
"""From so many pieces on, a pack is a box."""

WEIGHED_UNITS = frozenset({"kg", "l"})
PERISHABLE = ("Non mahsulotlari", "Sut mahsulotlari", "Go'sht va baliq", "Sabzavot va mevalar")


@dataclass(frozen=True)
class DemoProduct:
    """One row of the file. Money is in so'm; ``weight`` tells how often it is bought."""

    sku: str
    name: str
    category: tuple[str, ...]
    type: str
    unit: str
    price: Decimal
    cost: Decimal
    vat_code: str
    mxik: str
    package_code: str
    weight: float
    brand: str | None
    country: str
    cash_allowed: bool
    pack_quantity: int | None

    @property
    def is_weighed(self) -> bool:
        """Sold by weight or volume rather than by the piece."""
        return self.unit in WEIGHED_UNITS

    @property
    def is_stocked(self) -> bool:
        return self.type != "service"

    @property
    def is_sold(self) -> bool:
        """Whether customers buy it; raw materials of the bakery are not for sale."""
        return self.weight > 0

    @property
    def is_perishable(self) -> bool:
        return self.category[0] in PERISHABLE

    @cached_property
    def barcode(self) -> str | None:
        """EAN-13, or the short code typed on the scale for weighed goods; None for services and materials."""
        if self.type == "service" or (self.type == "material" and (self.is_weighed or not self.brand)):
            return None
        if self.is_weighed:
            return self.sku
        if not self.brand:
            return with_check_digit(IN_SHOP_PREFIX + self.sku)
        maker = crc32(self.brand.encode()) % 10_000
        return with_check_digit(f"{PREFIXES[self.country]}{maker:04}{self.sku}")

    @cached_property
    def pack_barcode(self) -> str | None:
        """GTIN-14 of the pack it is delivered in, if it is sold by the pack too."""
        if self.pack_quantity is None or self.barcode is None:
            return None
        return with_check_digit("1" + self.barcode[:-1])

    @property
    def pack_title(self) -> str:
        """What such a pack is called at the till."""
        return "quti" if self.pack_quantity is not None and self.pack_quantity >= BOX else "blok"

    @cached_property
    def wholesale_price(self) -> Decimal:
        """Two fifths of the margin off, to full 50 so'm and never below cost."""
        saved = (self.price - self.cost) * 2 / 5
        return max(self.cost, (self.price - saved) // 50 * 50)


def with_check_digit(digits: str) -> str:
    """The code with its check digit added."""
    return digits + check_digit(digits)


def read_products(path: Path = PRODUCTS_FILE) -> list[DemoProduct]:
    """All products in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_product(row) for row in csv.DictReader(file)]


def _product(row: dict[str, str]) -> DemoProduct:
    return DemoProduct(
        sku=row["sku"],
        name=row["name"],
        category=tuple(row["category"].split("/")),
        type=row["type"],
        unit=row["unit"],
        price=Decimal(row["price"]),
        cost=Decimal(row["cost"]),
        vat_code=row["vat_code"],
        mxik=row["mxik"],
        package_code=row["package_code"],
        weight=float(row["weight"]),
        brand=row["brand"] or None,
        country=row["country"],
        cash_allowed=row["cash_allowed"] == "true",
        pack_quantity=int(row["pack_quantity"]) if row["pack_quantity"] else None,
    )


def category_paths(products: Iterable[DemoProduct]) -> list[tuple[str, ...]]:
    """Every branch of the category tree once, parents before children, in the order of the file."""
    seen: dict[tuple[str, ...], None] = {}
    for product in products:
        for depth in range(1, len(product.category) + 1):
            seen.setdefault(product.category[:depth])
    return list(seen)


def best_sellers(products: list[DemoProduct]) -> Iterator[DemoProduct]:
    """A small cross-section of the catalogue, about one in thirty, for a small neighbour shop."""
    sold = sorted((product for product in products if product.is_sold), key=lambda product: product.category)
    for _category, group in groupby(sold, key=lambda product: product.category[0]):
        best = sorted(group, key=lambda product: (-product.weight, product.sku))
        yield from best[: max(2, len(best) // 40)]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the bakery takes for its goods: each material's share of a product's cost."""

    name: str
    product_skus: tuple[str, ...]
    materials: tuple[tuple[str, float], ...]


def read_recipes(path: Path = RECIPES_FILE) -> list[Recipe]:
    """The recipes of the bakery."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Recipe(
                row["recipe"],
                tuple(row["product_skus"].split()),
                tuple(
                    (sku, float(share))
                    for sku, share in (part.split(":") for part in row["material_shares"].split())
                ),
            )
            for row in csv.DictReader(file)
        ]
