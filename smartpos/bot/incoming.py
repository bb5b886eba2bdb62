"""What has come in, as the dialogs see it: plain facts about one message or one press of a button."""

from dataclasses import dataclass

LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was shared. ``user_id`` is the owner's number at Telegram, None for one it does not know."""

    phone: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did in their chat with the bot.

    ``command`` is without its slash and None in plain text. ``data`` is what a pressed button carries; ``message_id``
    and ``shown`` are then the message it hangs below.
    """

    chat_id: int
    sender_id: int
    name: str
    username: str | None = None
    language: str | None = None
    text: str = ""
    command: str | None = None
    argument: str = ""
    contact: Contact | None = None
    data: str | None = None
    message_id: int | None = None
    shown: str = ""


def clean(text: str | None) -> str:
    """A text as the database can hold it: no NUL, no half of a surrogate pair, not endless."""
    return (text or "")[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "ignore").decode()
