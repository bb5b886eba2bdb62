"""What a channel is: something that sends one message, or says why it did not.

A module of this package gives a ``Way`` to ``register``. ``send`` returns when the other side has taken the message and
otherwise raises one of three errors; anything else it raises counts as ``Retry``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from smartpos.notifications.models import Channel


class Retry(Exception):
    """Not now. ``seconds`` is how long the other side asks to be left alone; None: longer with each attempt.

    ``everybody`` says that the whole channel is asked to pause, so that no attempt of this message is counted.
    """

    def __init__(self, reason: str = "", *, seconds: float | None = None, everybody: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.everybody = everybody


class Blocked(Exception):
    """The other side does not want messages at this address; it is not asked again."""


class Failed(Exception):
    """This message can never be sent."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along."""

    name: str
    content_type: str
    path: Path

    def read(self) -> bytes:
        """Its bytes. Raises OSError when it is gone."""
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as channels see it. ``key`` names it everywhere and forever, for those who can tell repeats."""

    id: int
    organization_id: int
    channel: Channel
    kind: str
    address: str
    subject: str | None
    body: str
    buttons: list[Any] = field(default_factory=list)
    attachment: Attachment | None = None
    sender: str = ""  # the shop's name
    user_id: int | None = None
    customer_id: int | None = None
    broadcast_id: int | None = None
    attempts: int = 0

    @property
    def key(self) -> str:
        """A name for this message that no other has."""
        return f"{self.organization_id}-{self.id}"

    @property
    def text(self) -> str:
        """Subject and body as one text, for channels that know no subjects."""
        return "\n".join(filter(None, (self.subject, self.body)))


@dataclass(frozen=True, slots=True)
class Way:
    """How a channel sends. ``is_on`` says whether the installation is set up for it; ``per_second`` is the most
    messages it takes in a second."""

    send: Callable[[Outgoing], None]
    is_on: Callable[[], bool]
    per_second: float = 20.0


_ways: dict[Channel, Way] = {}


def register(channel: Channel, way: Way) -> None:
    """Put a channel into service; called at import of its module."""
    _ways[channel] = way


def has_outbox() -> bool:
    """Whether messages of channels that are not set up are written to files: for development and demonstrations."""
    return bool(current_app.config.get("OUTBOX"))


def registered(channel: Channel) -> Way | None:
    """How the channel would send; None when nobody has put it into service."""
    return _ways.get(channel)


def is_real(channel: Channel) -> bool:
    """Whether messages of the channel leave the house."""
    way = _ways.get(channel)
    return channel is Channel.APP or (way is not None and way.is_on())


def is_on(channel: Channel) -> bool:
    """Whether messages of the channel go anywhere."""
    return is_real(channel) or has_outbox()


def way_of(channel: Channel) -> Way:
    """How the channel sends. Raises Failed when the installation is not set up for it."""
    way = _ways.get(channel)
    if way is not None and way.is_on():
        return way
    if has_outbox():
        return _outbox[-1]
    raise Failed("the channel is off")


_outbox: list[Way] = []


def register_outbox(way: Way) -> None:
    """Put the file outbox into service."""
    _outbox[:] = [way]
