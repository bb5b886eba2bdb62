"""Somebody at the till, who has nothing but keys or nothing but fingers."""

import re
from abc import ABC, abstractmethod

from playwright.sync_api import Locator, expect

from tests.cast import PIN
from tests.till.conftest import Goods, Till
from tests.till.counter import PAUSE

TYPING = 90  # milliseconds between two keys: a quick person, whom nobody takes for a scanner
MOST_TABS = 60


def seen(locator: Locator) -> None:
    expect(locator).to_be_visible()


def told(goods: Goods) -> str:
    """What of its name the screen shows as it was typed; apostrophes are put right."""
    return goods.name.split("‘")[0]


class Hands(ABC):
    """Somebody at a till. What they do is the same for all; how they do it is not."""

    customer: tuple[str, str]  # name and phone of somebody who comes for the first time

    def __init__(self, till: Till) -> None:
        self.till = till
        self.page = till.page

    @property
    def window(self) -> Locator:
        """The uppermost window."""
        return self.page.locator(".window").last

    @abstractmethod
    def put(self, *goods: Goods) -> None:
        """Put goods into the cart."""

    @abstractmethod
    def go(self, name: str) -> None:
        """Open a window of the till, or pay: cash, card, payment, customer, hold, parked, discount, refund, shift."""

    @abstractmethod
    def press(self, button: Locator) -> None:
        """Press a button."""

    @abstractmethod
    def focus(self, field: Locator) -> None:
        """Go to a field."""

    @abstractmethod
    def write(self, field: Locator, number: str) -> None:
        """Enter a number."""

    @abstractmethod
    def say(self, field: Locator, text: str) -> None:
        """Enter words."""

    @abstractmethod
    def confirm(self) -> None:
        """Send off what the window asks for."""

    @abstractmethod
    def leave(self) -> None:
        """Close the window."""

    @abstractmethod
    def ready(self) -> None:
        """Wait until there is something to sell."""

    def paid(self) -> None:
        """Wait until the screen says that the receipt is paid."""
        seen(self.till.done)
        expect(self.till.lines).to_have_count(0)

    def allow(self) -> None:
        """A manager comes and allows it."""
        asked = self.page.locator(".approval")
        seen(asked)
        self.press(asked.locator(".people").get_by_role("button", name="Manager", exact=True))
        self.write(self.page.locator("#approval-pin"), PIN)
        self.confirm()
        expect(asked).to_have_count(0)

    def choose(self, name: str) -> None:
        """Say who buys."""
        self.go("customer")
        self.say(self.page.locator("#customer-search"), name)
        found = self.window.locator(".picks li")
        expect(found).to_have_count(1)
        self.take(found)
        expect(self.page.locator(".buyer")).to_contain_text(name)

    @abstractmethod
    def take(self, only: Locator) -> None:
        """Take the only thing that was found."""

    def receipt(self, number: str) -> None:
        """Open a receipt of which something comes back."""
        self.go("refund")
        self.say(self.page.locator("#receipt-search"), number)
        found = self.window.locator(".picks li")
        expect(found).to_have_count(1)
        expect(found).to_contain_text(number)
        self.take(found.locator(".pick"))
        seen(self.page.locator("#refund-all"))

    def back(self, goods: Goods) -> None:
        """One piece of it comes back."""
        line = self.window.locator(".coming-back li").filter(has_text=told(goods))
        self.press(line.locator(".step").nth(1))
        seen(line.locator(".restock"))


class Keys(Hands):
    """Both hands on the keyboard, and a scanner beside it."""

    customer = ("Zafar Tugmachi", "901112233")

    ways: dict[str, str] = {
        "cash": "Enter",
        "card": "Control+Enter",
        "payment": "F9",
        "customer": "F3",
        "hold": "F4",
        "parked": "F5",
        "discount": "F7",
        "refund": "F8",
        "shift": "F10",
    }

    def put(self, *goods: Goods) -> None:
        for one in goods:
            self.till.scan(one.code)
            seen(self.till.line(one))
        self.page.wait_for_timeout(PAUSE)  # an Enter right after a scan would be the scanner's

    def go(self, name: str) -> None:
        self.page.keyboard.press(self.ways[name])

    def focus(self, field: Locator) -> None:
        """Press Tab until it has the focus."""
        expect(field).to_be_attached()
        for _turn in range(MOST_TABS):
            if field.evaluate("(one) => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no key leads to {field}")

    def press(self, button: Locator) -> None:
        expect(button).to_be_enabled()
        self.focus(button)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, number: str) -> None:
        self.say(field, number)

    def say(self, field: Locator, text: str) -> None:
        self.focus(field)
        self.page.keyboard.type(text, delay=TYPING)
        expect(field).to_have_value(re.compile("^" + "\u202f?".join(map(re.escape, text)) + "$"))

    def confirm(self) -> None:
        if self.page.evaluate("document.activeElement.matches('input')"):
            self.page.keyboard.press("Enter")
        else:
            self.press(self.window.locator(".btn.primary"))

    def take(self, only: Locator) -> None:
        self.page.keyboard.press("Enter")

    def leave(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.window).to_have_count(0)

    def ready(self) -> None:
        seen(self.page.locator(".tile").first)
        expect(self.till.search).to_be_focused()


class Fingers(Hands):
    """A phone. Numbers are tapped on the keypad of the window; for words the phone has a keyboard of its own."""

    customer = ("Nilufar Barmoq", "901112244")

    ways: dict[str, str] = {
        "cash": ".pay .btn >> nth=0",
        "card": ".pay .btn >> nth=1",
        "payment": ".pay .btn >> nth=2",
        "customer": ".buyer",
        "hold": ".basket .top .touch",
        "parked": ".basket .top .btn >> nth=0",
        "discount": ".basket .top .btn >> nth=0",
        "shift": "header .pill.good >> nth=0",
    }

    def pane(self, place: int) -> None:
        self.page.locator(".tabs button").nth(place).tap()

    def put(self, *goods: Goods) -> None:
        self.pane(0)
        for one in goods:
            self.page.locator(".tile").filter(has_text=told(one)).tap()
        self.pane(1)
        seen(self.till.lines.first)

    def go(self, name: str) -> None:
        if name == "refund":
            self.page.locator(".bar .who").tap()
            self.page.locator(".menu .list button").filter(has=self.page.locator("use[href$=undo]")).tap()
            return
        if name != "shift":
            self.pane(1)
        self.page.locator(self.ways[name]).tap()

    def press(self, button: Locator) -> None:
        button.tap()

    def focus(self, field: Locator) -> None:
        field.tap()

    def write(self, field: Locator, number: str) -> None:
        field.tap()
        keypad = self.window.locator(".keypad")
        for sign in number:
            keypad.get_by_role("button", name=sign, exact=True).tap()

    def say(self, field: Locator, text: str) -> None:
        field.tap()
        self.page.keyboard.insert_text(text)  # what the phone's own keyboard does: no key is ever pressed

    def confirm(self) -> None:
        self.window.locator(".btn.primary").last.tap()

    def take(self, only: Locator) -> None:
        only.tap()

    def leave(self) -> None:
        self.window.locator("> header button").last.tap()
        expect(self.window).to_have_count(0)

    def ready(self) -> None:
        seen(self.page.locator(".tile").first)
