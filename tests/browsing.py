"""What the tests of pages in a real browser share: people who sign in, a phone, a scanner, the language of the code."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from smartpos.core.db import db
from smartpos.identity.models import User
from tests.cast import PASSWORD, Shop

if TYPE_CHECKING:  # not for those who run without a browser
    from playwright.sync_api import Browser, BrowserContext, Page

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENCE = 20_000  # milliseconds until what a page should show is missed
TYPING = 110  # milliseconds between two keys: nobody takes this for a scanner


def speak_english(shop: Shop) -> None:
    """What pages say is asserted in the language of the code."""
    with shop.inside("owner"):
        db.session.execute(update(User).values(locale="en"))


@contextmanager
def signing_in(browser: "Browser", url: str) -> Iterator[Callable[..., "Page"]]:
    """``sign_in("warehouse", **PHONE)``: a page on which that person has signed in; it may not complain."""
    contexts, complaints = [], []

    def sign_in(who: str, **options: Any) -> "Page":
        context = browser.new_context(locale="en-US", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{url}/login")
        page.fill("[name=name]", who)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(admin|profile|till|production)"))
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in_at_once(context: "BrowserContext", url: str, who: str) -> None:
    """Sign in with what the login form sends, without drawing it and the page that it leads to."""
    form = context.request.get(f"{url}/login").text()
    token = re.search(r'name="csrf-token" content="([^"]+)"', form)
    assert token is not None, form
    facts = {"name": who, "password": PASSWORD, "csrf_token": token[1]}
    answer = context.request.post(f"{url}/login", form=facts, max_redirects=0)
    assert answer.status == 302, answer.text()


def scan(page: "Page", code: str) -> None:
    """As a scanner does, within a moment."""
    press_at_once(page, [*code, "Enter"])


def press_at_once(page: "Page", keys: list[str], *, written: bool = False) -> None:
    """Press keys as a device does: within a millisecond, however long the page takes over each of them.

    ``written``: every sign that the page does not swallow is written into the field in focus.
    """
    page.evaluate(
        """([keys, written]) => {
          const options = { bubbles: true, cancelable: true };
          for (const press of keys.map((key) => new KeyboardEvent("keydown", { ...options, key }))) {
            const passed = (document.activeElement ?? document.body).dispatchEvent(press);
            if (written && passed && press.key.length === 1) document.execCommand("insertText", false, press.key);
          }
        }""",
        [keys, written],
    )
