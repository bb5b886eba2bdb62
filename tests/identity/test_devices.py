"""What a session is called in the list of sessions."""

import pytest
from flask import Flask

from smartpos.identity.devices import device_of

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("header", "browser", "system", "phone"),
    [
        (CHROME, "Chrome", "Windows", False),
        (CHROME + " Edg/140.0", "Edge", "Windows", False),
        (CHROME + " YaBrowser/25", "Yandex", "Windows", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari", "iPhone", True),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome", "Android", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox", "Linux", False),
        ("python-requests/2.32", "python-requests", "", False),
    ],
)
def test_names(app: Flask, header: str, browser: str, system: str, phone: bool) -> None:
    with app.test_request_context():
        found = device_of(header)
    assert browser in found.name
    assert system in found.name
    assert found.is_phone is phone


def test_unknown_ones(app: Flask) -> None:
    with app.test_request_context():
        assert device_of(None).name
        assert device_of("").name
