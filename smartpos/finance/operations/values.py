"""Reading what was entered: every value is checked here, whatever edge it came through."""

import unicodedata

from flask_babel import gettext as _

from smartpos.identity.errors import BadField


def words(value: str | None, field: str, *, longest: int, needed: bool = True) -> str:
    """A text in composed form with single spaces. Raises BadField when it is empty (and ``needed``) or too long."""
    text = " ".join(unicodedata.normalize("NFC", value or "").split())
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadField(field, _("A text contains characters that do not exist."))
    if len(text) > longest:
        raise BadField(field, _("At most %(longest)s characters fit here.", longest=longest))
    if needed and not text:
        raise BadField(field, _("This must not be empty."))
    return text
