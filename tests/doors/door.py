"""A door, and how one is written down."""

from dataclasses import dataclass, field
from typing import Any

PUBLIC = "public"
SIGNED_IN = "signed in"

BRANCH_READ = "identity:branch:read"
TILL_USE = "identity:till:use"
TILL_REGISTER = "identity:till:register"
USER_READ, USER_WRITE = "identity:user:read", "identity:user:write"
PRODUCT_READ, PRODUCT_WRITE = "catalog:product:read", "catalog:product:write"
LABEL_PRINT = "catalog:label:print"
PRICE_READ, PRICE_WRITE = "catalog:price:read", "catalog:price:write"
IMPORT = "catalog:import:run"
PLATFORM = "platform:organization:manage"
HELD = "sales:held_sale:use"


@dataclass(frozen=True)
class Door:
    """One method of one endpoint.

    ``needs`` is PUBLIC, SIGNED_IN or a permission. ``owner`` is the one person of the cast to whom the object belongs:
    whoever else holds ``needs`` must hold ``others`` too, and with "" nobody else gets in. ``json``, ``form`` and
    ``query`` are what is sent; text in braces is filled with the number of a row of the shop. ``signs_out`` ends at the
    log-in page; ``finds`` is what those let in meet with what is sent here.
    """

    needs: str
    json: Any = None
    form: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    others: str = ""
    signs_out: bool = False
    finds: str = ""


def page(needs: str, **posted: Any) -> dict[str, Door]:
    """A form: shown and sent by the same people."""
    return {"GET": Door(needs), "POST": Door(needs, form=posted)}


def get(needs: str, **options: Any) -> dict[str, Door]:
    return {"GET": Door(needs, **options)}


def post(needs: str, json: Any = None, **options: Any) -> dict[str, Door]:
    return {"POST": Door(needs, json, **options)}
