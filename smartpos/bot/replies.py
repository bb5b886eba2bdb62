"""What the bot answers: plain values that the dialogs give and the gateway turns into calls of the Bot API."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Press:
    """A button below a message: it tells the bot ``data`` (64 bytes at most) or opens ``url``."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keyboard under the field for writing. ``contact`` is the label of the one that shares the phone number."""

    rows: Sequence[Sequence[str]] = ()
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """A new message."""

    text: str
    presses: Sequence[Sequence[Press]] = ()
    keys: Keys | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The message whose button was pressed says something else now, with other buttons or none."""

    text: str
    presses: Sequence[Sequence[Press]] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A short sentence over the chat after a press; ``alert`` wants to be closed."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A file."""

    name: str
    content: bytes = field(repr=False)
    caption: str = ""


Reply = Say | Edit | Note | Paper
