"""What a label may say: the blocks, and the texts of one product for them."""

from dataclasses import dataclass
from enum import StrEnum


class Block(StrEnum):
    """A line or a part of a label. Their order on a template is their order on the label, from above."""

    NAME = "name"
    PRICE = "price"
    OLD_PRICE = "old_price"
    UNIT_PRICE = "unit_price"
    BARCODE = "barcode"
    SKU = "sku"
    SHOP = "shop"
    BRANCH = "branch"
    PRICE_TYPE = "price_type"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """A product's label in words, as people of the shop read them; what is empty does not stand on it.

    ``price`` is the amount alone, ``currency`` its name; ``old_price`` is struck through.
    """

    name: str
    price: str = ""
    currency: str = ""
    old_price: str = ""
    unit_price: str = ""
    barcode: str = ""
    sku: str = ""
    shop: str = ""
    branch: str = ""
    price_type: str = ""
    date: str = ""

    def text(self, block: Block) -> str:
        """What the label says in a block."""
        return str(getattr(self, block.value))
