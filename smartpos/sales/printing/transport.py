"""Bringing bytes to a network printer: raw TCP with time limits, and a question about its paper first."""

import contextlib
import socket

from smartpos.core.nearby import NotNearby, nearby_addresses
from smartpos.sales.models import PrintTrouble

CONNECT_SECONDS = 3.0
STATUS_SECONDS = 0.5
# A printer takes data about as fast as it prints; one that is slower than this does not print.
SEND_SECONDS = 15.0
SLOWEST_BYTES_PER_SECOND = 20_000
TAKEN_SECONDS = 2.0

# DLE EOT 2 asks why it is offline, DLE EOT 4 about the paper; both are answered at once, whatever it prints meanwhile.
ASK_STATUS = b"\x10\x04\x02\x10\x04\x04"
STATUS_MASK, STATUS_MARK = 0x93, 0x12
COVER_OPEN, PAPER_STOP, PAPER_END = 0x04, 0x20, 0x60


class PrinterFailed(Exception):
    """Nothing was printed, or not all of it."""

    def __init__(self, trouble: PrintTrouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


def send_to_printer(host: str, port: int, content: bytes) -> None:
    """Bring ``content`` to the printer and wait until it has taken it. Raises PrinterFailed."""
    with _connected(host, port) as connection:
        _refuse_trouble(connection)
        try:
            connection.settimeout(SEND_SECONDS + len(content) / SLOWEST_BYTES_PER_SECOND)
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            _wait_until_taken(connection)
        except TimeoutError:
            raise PrinterFailed(PrintTrouble.TIMED_OUT) from None
        except OSError:
            raise PrinterFailed(PrintTrouble.INTERRUPTED) from None


def _connected(host: str, port: int) -> socket.socket:
    try:
        addresses = nearby_addresses(host, port)
    except NotNearby:
        raise PrinterFailed(PrintTrouble.NOT_ALLOWED) from None
    except (OSError, UnicodeError):
        raise PrinterFailed(PrintTrouble.UNREACHABLE) from None
    trouble = PrintTrouble.UNREACHABLE
    for family, address in addresses:
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
        else:
            return connection
    raise PrinterFailed(trouble)


def _refuse_trouble(connection: socket.socket) -> None:
    """Raise PrinterFailed when the printer says that it cannot print; many cheap ones say nothing, and print."""
    answer = b""
    connection.settimeout(STATUS_SECONDS)
    # What goes wrong here shows again, and is told, when the paper itself is sent.
    with contextlib.suppress(OSError):
        connection.sendall(ASK_STATUS)
        while len(answer) < 2:
            more = connection.recv(2 - len(answer))
            if not more:
                break
            answer += more
    known = [byte for byte in answer if byte & STATUS_MASK == STATUS_MARK]
    if len(known) != 2:
        return
    offline, paper = known
    if offline & COVER_OPEN:
        raise PrinterFailed(PrintTrouble.COVER_OPEN)
    if offline & PAPER_STOP or paper & PAPER_END == PAPER_END:
        raise PrinterFailed(PrintTrouble.NO_PAPER)


def _wait_until_taken(connection: socket.socket) -> None:
    """A printer closes when it has read all; one that was switched off meanwhile resets the connection."""
    connection.settimeout(TAKEN_SECONDS)
    with contextlib.suppress(TimeoutError):
        while connection.recv(256):
            pass
