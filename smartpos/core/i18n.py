"""Languages: which there are, which one this request speaks."""

from functools import cached_property
from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_translations

from smartpos.core.figures import grouped

LANGUAGES = {"uz": "Oʻzbekcha", "uz_Cyrl": "Ўзбекча", "ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "uz"


def counted(singular: str, plural: str, number: Any) -> str:
    """A message in the language in force with its count as people read it: "4 422 articles".

    Other variables of the message stay to be filled in. ``number`` may be an int, or its text where that is shown.
    """
    text: str = get_translations().ungettext(singular, plural, number)
    if isinstance(number, int):
        for place in ("%(num)d", "%(num)s"):
            text = text.replace(place, grouped(number, 0))
    return text


class Words(Domain):  # type: ignore[misc]  # the library has no types
    """The translations, with their counts grouped by thousands."""

    def ngettext(self, singular: str, plural: str, num: Any, **variables: Any) -> str:
        return counted(singular, plural, num) % ({"num": num} | variables)


class OurBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with our own words, in Python and in templates alike."""

    @cached_property
    def domain_instance(self) -> Words:
        return Words(domain=self.domain)

    def init_app(self, app: Flask, *args: Any, **options: Any) -> None:
        super().init_app(app, *args, **options)
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the extension
            gettext=lambda text: get_translations().ugettext(text),
            ngettext=counted,
            newstyle=True,
            pgettext=lambda context, text: get_translations().upgettext(context, text),
            npgettext=lambda context, one, many, number: get_translations().unpgettext(
                context, one, many, number
            ),
        )


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
    OurBabel(app, locale_selector=select_locale, timezone_selector=select_timezone)
    app.jinja_env.globals.update(languages=LANGUAGES, current_language=select_locale)
