"""Servers that take messages, for as long as a test runs."""

from collections.abc import Iterator

import pytest

from tests.cast import Shop
from tests.notifications.servers import Gateway, MailServer, mail_server, sms_gateway


@pytest.fixture
def mail(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setitem(shop.app.config, "SMTP_URL", server.url)
        yield server


@pytest.fixture
def gateway(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with sms_gateway() as server:
        monkeypatch.setitem(shop.app.config, "SMS_GATEWAY_URL", server.url)
        monkeypatch.setitem(shop.app.config, "SMS_GATEWAY_TOKEN", "sesame")
        yield server
