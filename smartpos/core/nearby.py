"""Devices in the shop's own network: which addresses the server may open a connection to.

A person types the address of a printer, and the server connects to it. It must not become a way to reach what only
the server can reach: itself, the network's router, a cloud's metadata. So a device has an address of the private
networks, or of those that the operator names in ``SMARTPOS_PRINTER_NETWORKS``; some are never allowed.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from flask import current_app
from flask_babel import gettext as _

from smartpos.core.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
LONGEST_HOST = 253
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.ASCII | re.IGNORECASE)


class NotNearby(Invalid):
    """The address is not one of the shop's own network."""

    code = "address_not_allowed"

    def __init__(self, host: str) -> None:
        detail = _("%(host)s is not an address in the shop's own network, like 192.168.1.50.", host=host)
        super().__init__(detail, host=host)


def allowed_networks(setting: str | None) -> list[Network]:
    """Networks from a list separated by commas; the private ones when there is no list."""
    text = PRIVATE if setting is None else setting
    return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def checked_host(host: str) -> str:
    """A host as a person typed it, as a name or a number that a device nearby can have. Raises Invalid.

    A name is only looked up when it is used.
    """
    text = host.strip()
    if not text or len(text) > LONGEST_HOST:
        raise Invalid(_("This is not an address: %(host)s", host=text[:60]))
    try:
        number = ip_address(text)
    except ValueError:
        # What looks like a number and is none, as 0x7f.1 or 2130706433, is a number to the resolver.
        if not _NAME.fullmatch(text) or not re.search(r"[a-z]", text.rpartition(".")[2], re.IGNORECASE):
            raise Invalid(_("This is not an address: %(host)s", host=text[:60])) from None
        if re.fullmatch(r"0x[0-9a-f]*", text.rpartition(".")[2], re.IGNORECASE):
            raise Invalid(_("This is not an address: %(host)s", host=text[:60])) from None
        return text.lower()
    if not is_nearby(number, _configured()):
        raise NotNearby(text)
    return str(number)


def nearby_addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    """What a device is reached by: the socket family and the address for ``connect``, never by its name again.

    Raises NotNearby when any address behind the name is not allowed, and OSError when the name is unknown.
    """
    allowed = _configured()
    found: list[tuple[int, tuple[str, int]]] = []
    for family, _kind, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        number = ip_address(str(address[0]).partition("%")[0])
        if not is_nearby(number, allowed):
            raise NotNearby(host)
        found.append((int(family), (str(number), port)))
    return found


def is_nearby(number: Address, allowed: Iterable[Network]) -> bool:
    """Whether a device may have this address."""
    plain: Address = (number.ipv4_mapped or number) if isinstance(number, IPv6Address) else number
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        return False
    return any(plain in network for network in allowed if network.version == plain.version)


def _configured() -> list[Network]:
    return allowed_networks(current_app.config.get("PRINTER_NETWORKS"))
