"""A receipt printer of the tests: a TCP server that keeps what it is sent, in several moods."""

import contextlib
import socket
import threading
import time
from io import BytesIO

from PIL import Image

INIT, CUT, KICK = b"\x1b@", b"\x1dV", b"\x1bp"
RASTER = b"\x1dv0"
ASK = b"\x10\x04"


class Printer:
    """``mood``: good, mute (answers no questions), no_paper, open (its cover), slow, breaks (in the middle), silent
    (takes nothing). ``papers`` are the bytes of every connection, without the questions."""

    def __init__(self, mood: str = "good") -> None:
        self.mood = mood
        self.papers: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Switch it off."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes up whoever waits for a connection
        self._server.close()

    def wait_for(self, count: int, seconds: float = 10) -> list[bytes]:
        """The papers, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.papers) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.papers

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        taken = b""
        try:
            with connection:
                if self.mood == "silent":
                    time.sleep(6)
                    return
                while True:
                    more = connection.recv(4096)
                    if not more:
                        break
                    if self.mood == "slow":
                        time.sleep(0.02)
                    if more.startswith(ASK):
                        more = self._answer(connection, more)
                    taken += more
                    if self.mood == "breaks" and len(taken) > 8000:
                        # Unread bytes are left behind, so the other side is reset.
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                        return
        except OSError:
            return
        if taken:
            self.papers.append(taken)

    def _answer(self, connection: socket.socket, asked: bytes) -> bytes:
        offline, paper = {"open": (0x16, 0x12), "no_paper": (0x32, 0x72)}.get(self.mood, (0x12, 0x12))
        if self.mood != "mute":
            connection.sendall(bytes((offline, paper)))
        return asked[6:]


def pictures_of(paper: bytes) -> list[Image.Image]:
    """The papers between two cuts as pictures, black on white."""
    found = []
    for piece in paper.split(CUT)[:-1]:
        strips, at = [], 0
        while (at := piece.find(RASTER, at)) >= 0:
            width = int.from_bytes(piece[at + 4 : at + 6], "little")
            height = int.from_bytes(piece[at + 6 : at + 8], "little")
            bits = piece[at + 8 : at + 8 + width * height]
            strips.append(Image.frombytes("1", (width * 8, height), bytes(byte ^ 255 for byte in bits)))
            at += 8 + width * height
        whole = Image.new("1", (strips[0].width, sum(strip.height for strip in strips)), 1)
        top = 0
        for strip in strips:
            whole.paste(strip, (0, top))
            top += strip.height
        found.append(whole)
    return found


def png(picture: Image.Image) -> bytes:
    """A picture as a file."""
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
