"""What the templates of every page may call: icons, assets, theme, languages, the menu, formatters."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from smartpos.core.admin import formatters
from smartpos.core.admin.navigation import navigation, shortcuts
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES

THEMES = ("light", "dark")
TONES = {
    "success": "good",
    "error": "bad",
    "danger": "bad",
    "warning": "warn",
    "message": "info",
    "info": "info",
}


@dataclass(frozen=True, slots=True)
class Language:
    """A language a person may choose; named in itself, because whoever is lost cannot read the others."""

    code: str
    name: str
    short: str
    tag: str
    current: bool = False


SHORT = {"uz": "O\u2018z", "uz_Cyrl": "Ўз", "ru": "Рус", "en": "Eng"}


def language_menu() -> list[Language]:
    """The languages of the product, the one of this page marked."""
    code = str(get_locale() or DEFAULT_LANGUAGE)
    if code not in LANGUAGES:
        code = code.partition("_")[0]
    return [
        Language(key, name, SHORT.get(key, key), key.replace("_", "-"), key == code)
        for key, name in LANGUAGES.items()
    ]


def language_in_use() -> Language:
    """The language of this page."""
    menu = language_menu()
    return next((language for language in menu if language.current), menu[0])


def page_language() -> str:
    """The value of the page's ``lang`` attribute."""
    return language_in_use().tag


def icon(name: str, classes: str = "") -> Markup:
    """An icon of the sprite ``static/icons.svg``, silent for screen readers: a text or label goes with it."""
    if not name:
        return Markup("")
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        classes, asset("icons.svg"), name
    )


@lru_cache(maxsize=256)
def _stamp(path: Path) -> str:
    try:
        facts = path.stat()
    except OSError:
        return ""
    return f"{int(facts.st_mtime):x}{facts.st_size:x}"


def asset(filename: str) -> str:
    """The address of a file under ``static/``, stamped so that browsers fetch it anew when it changes."""
    if current_app.debug:
        _stamp.cache_clear()
    stamp = _stamp(Path(current_app.static_folder or "") / filename)
    return url_for("static", filename=filename, v=stamp or None)


def theme() -> str:
    """The chosen theme, or "" to follow the system."""
    chosen = request.cookies.get("theme", "") if has_request_context() else ""
    return chosen if chosen in THEMES else ""


def principal() -> Any:
    """Who is signed in, or None."""
    return g.get("principal") if has_request_context() else None


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def has_endpoint(endpoint: str) -> bool:
    """Whether the page exists in this installation."""
    return endpoint in current_app.view_functions


def here() -> str:
    """The address of this page with its query, for coming back after a detour; only pages are returned to."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def tone_of(category: str) -> str:
    """The tone of a flashed message's category."""
    return TONES.get(category, "info")


def plain_errors(errors: Any) -> list[str]:
    """The sentences among a field's errors; those of inner forms are shown by the inner fields."""
    if isinstance(errors, dict):
        return []
    return [str(error) for error in errors or () if not isinstance(error, list | tuple | dict)]


def install(app: Flask) -> None:
    """Give the templates of ``app`` the functions of this module and the formatters as filters."""
    app.jinja_env.globals.update(
        asset=asset,
        display_name=app.config["DISPLAY_NAME"],
        has_endpoint=has_endpoint,
        here=here,
        icon=icon,
        initials=initials,
        language_in_use=language_in_use,
        language_choices=language_menu,
        navigation=navigation,
        page_language=page_language,
        plain_errors=plain_errors,
        principal=principal,
        shortcuts=shortcuts,
        theme=theme,
        tone_of=tone_of,
    )
    for name in (
        "money",
        "unit_cost",
        "quantity",
        "number",
        "percent",
        "file_size",
        "seconds",
        "local_datetime",
        "local_date",
        "pill",
        "yes_no",
    ):
        app.jinja_env.filters[name] = getattr(formatters, name)
