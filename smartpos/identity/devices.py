"""What a browser calls itself, in words a person recognizes."""

from dataclasses import dataclass

from flask_babel import gettext as _

# The order matters: every browser claims to be the ones before it.
_BROWSERS = (
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_PHONES = frozenset({"iPhone", "Android"})


@dataclass(frozen=True, slots=True)
class DeviceName:
    """``name`` is for people; ``is_phone`` chooses a picture."""

    name: str
    is_phone: bool


def device_of(user_agent: str | None) -> DeviceName:
    """The device behind a User-Agent header."""
    text = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    if browser and system:
        name = _("%(browser)s on %(system)s", browser=browser, system=system)
    else:
        name = browser or system or text.partition("/")[0][:40] or _("Unknown device")
    return DeviceName(name, system in _PHONES)
