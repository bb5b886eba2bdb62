"""Languages: which there are, which one this request speaks."""

from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel

LANGUAGES = {"uz": "Oʻzbekcha", "uz_Cyrl": "Ўзбекча", "ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "uz"


def select_locale() -> str:
    """The person's own choice, else the one made in this browser, else the tenant's, else Uzbek or Russian.

    A browser that prefers English says little here: most systems in the region are installed in English.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    principal: Any = g.get("principal")
    for choice in (
        principal.locale if principal else None,
        session.get("language"),
        principal.organization.locale if principal else None,
    ):
        if choice in LANGUAGES:
            return str(choice)
    return request.accept_languages.best_match(["uz", "ru"]) or DEFAULT_LANGUAGE


def select_timezone() -> str | None:
    """The tenant's time zone; people see times of their shop."""
    principal: Any = g.get("principal") if has_request_context() else None
    return principal.organization.timezone if principal else None


def init_app(app: Flask) -> None:
    """Set up Flask-Babel; must come before Flask-Admin, which looks for it."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LANGUAGE)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Tashkent")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", f"{app.root_path}/translations")
    Babel(app, locale_selector=select_locale, timezone_selector=select_timezone)
    app.jinja_env.globals.update(languages=LANGUAGES, current_language=select_locale)
