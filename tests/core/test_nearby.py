"""Devices nearby: what the server may connect to, and what it never may."""

import socket
from ipaddress import ip_address

import pytest
from flask import Flask

from smartpos.core.errors import Invalid
from smartpos.core.nearby import NotNearby, allowed_networks, checked_host, is_nearby, nearby_addresses


@pytest.fixture(autouse=True)
def inside(app: Flask) -> object:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "host", ["192.168.1.50", "10.0.0.7", "172.16.4.4", "fd00::50", "printer.local", "kassa-1", " Printer "]
)
def test_what_stands_in_a_shop(host: str) -> None:
    assert checked_host(host) == host.strip().lower()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
        "0.0.0.0",  # noqa: S104
        "8.8.8.8",
        "224.0.0.1",
        "255.255.255.255",
        "64:ff9b::7f00:1",
    ],
)
def test_what_is_not_the_shops(host: str) -> None:
    with pytest.raises(NotNearby):
        checked_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "  ", "2130706433", "0x7f.1", "0x7f000001", "127.1", "a b", "http://10.0.0.1", "10.0.0.1:9100",
     "-printer", "printer-", "a..b", "x" * 254, "10.0.0.1\n2", "принтер", "host/../x", "1.2.3.4.5"],
)  # fmt: skip
def test_what_is_no_address(host: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_host(host) and pytest.fail(f"{host!r} was taken")
    assert not isinstance(caught.value, NotNearby)


def test_a_name_is_judged_by_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotNearby):
        nearby_addresses("localhost", 9100)
    with pytest.raises(socket.gaierror):
        nearby_addresses("no-such-printer.invalid", 9100)
    with pytest.raises(NotNearby):
        nearby_addresses("169.254.169.254", 9100)


def test_the_operator_may_name_other_networks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PRINTER_NETWORKS", "127.0.0.0/8, 203.0.113.0/24")
    assert nearby_addresses("127.0.0.1", 9100)[0][1] == ("127.0.0.1", 9100)
    assert checked_host("203.0.113.9") == "203.0.113.9"
    with pytest.raises(NotNearby):
        checked_host("192.168.1.50")
    monkeypatch.setitem(app.config, "PRINTER_NETWORKS", "")
    with pytest.raises(NotNearby):
        checked_host("192.168.1.50")


def test_metadata_is_never_allowed() -> None:
    everything = allowed_networks("0.0.0.0/0,::/0")
    for never in ("169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"):  # noqa: S104
        assert not is_nearby(ip_address(never), everything)
