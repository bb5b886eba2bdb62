"""Settings of a tenant: what exists, its default and its kind. Values live in ``app_settings``.

A domain declares its settings next to its permissions; the values travel with the actor, so reading one costs no
statement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import parse_money


class SettingKind(StrEnum):
    BOOLEAN = "boolean"
    MONEY = "money"
    WHOLE = "whole"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting. ``default`` is what holds while the tenant has not chosen; ``own_page`` says that it is
    edited on a page of its own and not among all the others. ``most`` limits a whole number; ``check`` reads a text
    further: it gives what is stored, or raises Invalid."""

    key: str
    kind: SettingKind
    default: Any
    label: Any
    help: Any = ""
    own_page: bool = False
    most: int = 1_000_000_000
    check: Callable[[str], str] | None = None


_declared: dict[str, Setting] = {}


def declare_setting(setting: Setting) -> None:
    """Register a setting; called at import of a domain's ``permissions`` module."""
    _declared[setting.key] = setting


def declared_settings() -> list[Setting]:
    """All settings in the order of their keys."""
    return [_declared[key] for key in sorted(_declared)]


def setting_value(key: str, stored: Any) -> Any:
    """The value in force: the stored one as its Python type, or the default when nothing is stored (None)."""
    setting = _declared[key]
    if stored is None:
        return setting.default
    if setting.kind is SettingKind.MONEY:
        return Decimal(str(stored))
    return stored


def check_setting(key: str, value: Any) -> Any:
    """Read a value a person entered into what is stored as JSON. Raises Invalid."""
    setting = _declared.get(key)
    if setting is None:
        raise Invalid(_("There is no such setting."), key=key)
    if setting.kind is SettingKind.BOOLEAN:
        return value in (True, "true", "on", "1", 1)
    if setting.kind is SettingKind.MONEY:
        amount = parse_money(value)
        if amount < 0:
            raise Invalid(_("This cannot be negative."), key=key)
        return str(amount)
    if setting.kind is SettingKind.WHOLE:
        try:
            whole = int(str(value))
        except ValueError:
            raise Invalid(_("This is not a whole number."), key=key) from None
        if not 0 <= whole <= setting.most:
            raise Invalid(_("This number is out of range."), key=key)
        return whole
    text = str(value).replace("\x00", "").strip()
    if len(text) > 1000:
        raise Invalid(_("This text is too long."), key=key)
    return setting.check(text) if setting.check else text
