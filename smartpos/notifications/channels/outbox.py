"""The file outbox: messages of channels that are not set up become files, to be read by whoever develops or shows."""

from pathlib import Path

from flask import current_app

from smartpos.core.db import utc_now
from smartpos.notifications.channels.base import Outgoing, Way, register_outbox

FOLDER = "outbox"


def send(message: Outgoing) -> None:
    """Write the message to ``<data>/outbox``; the same message once, however often it is sent."""
    folder = Path(current_app.config["DATA_FOLDER"]) / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [
        f"Channel: {message.channel.value}",
        f"To: {message.address}",
        f"From: {message.sender}",
        f"Kind: {message.kind}",
        f"Date: {utc_now().isoformat(timespec='seconds')}",
    ]
    if message.subject:
        lines.append(f"Subject: {' '.join(message.subject.split())}")
    if message.attachment is not None:
        lines.append(f"File: {message.attachment.name}")
    lines += [f"Button: {button.get('text', '')}" for row in message.buttons for button in row]
    text = "\n".join([*lines, "", message.body, ""])
    part = folder / f"{message.channel.value}-{message.key}.part"
    part.write_text(text, encoding="utf-8", errors="replace")
    part.rename(part.with_suffix(".txt"))


register_outbox(Way(send, lambda: True, per_second=1000))
