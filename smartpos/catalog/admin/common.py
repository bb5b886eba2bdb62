"""Who is at work in the panel, and what the catalogue's views share."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from smartpos.core.admin.shell import asset

CATALOG = _l("Catalog")


class Styled:
    """Views with pictures in them."""

    @property
    def extra_css(self) -> list[str]:
        return [asset("css/catalog.css")]


def thumbnail(image_id: int | None) -> Markup:
    """A small picture for a list, or its empty place."""
    if image_id is None:
        return Markup('<span class="thumb" aria-hidden="true"></span>')
    return Markup(
        '<img class="thumb" src="/products/images/{}/small" alt="{}" loading="lazy" width="36" height="36">'
    ).format(image_id, _("Picture"))


def with_thumbnail(name: str, image_id: int | None) -> Markup:
    """A product's name after its picture."""
    return Markup('<span class="with-thumb">{}<span>{}</span></span>').format(thumbnail(image_id), name)


def percent_of(rate: Any) -> str:
    """A rate without needless zeros: ``12%``."""
    return f"{rate.normalize():f}%"
