"""E-mail by SMTP. ``SMTP_URL`` says where: ``smtp://user:password@host:587/?from=Shop <shop@example.org>``.

``smtps://`` speaks TLS from the beginning; ``smtp://`` turns to TLS where the server offers it, ``tls=required``
refuses to go on without it.
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from smartpos.notifications.channels.base import Blocked, Failed, Outgoing, Retry, Way, register
from smartpos.notifications.models import Channel

SECONDS = 20
LONGEST_SUBJECT = 200
# Mailbox unknown, mailbox gone, not here, name not allowed: asking again changes nothing.
NO_SUCH_MAILBOX = frozenset({550, 551, 553})


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    is_tls: bool
    needs_tls: bool
    user: str
    password: str
    sender: str


def server_of(url: str) -> Server:
    """Read an ``SMTP_URL``. Raises Failed when it cannot be understood."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failed(f"SMTP_URL: {error}") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Failed("SMTP_URL begins with smtp:// or smtps:// and names a host")
    options = parse_qs(parts.query)
    user = unquote(parts.username or "")
    sender = options.get("from", [user if "@" in user else f"smartpos@{parts.hostname}"])[0]
    is_tls = parts.scheme == "smtps"
    return Server(
        parts.hostname,
        port or (465 if is_tls else 25),
        is_tls,
        options.get("tls", [""])[0] == "required",
        user,
        unquote(parts.password or ""),
        sender,
    )


def letter(message: Outgoing, sender: str) -> EmailMessage:
    """The message as mail. Raises Failed when the address is none."""
    name, address = parseaddr(sender)
    mail = EmailMessage()
    try:
        mail["To"] = Address(addr_spec=message.address)
        mail["From"] = Address(display_name=_one_line(message.sender or name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise Failed(f"{type(error).__name__}: {error}") from None
    first = message.subject or message.body.partition("\n")[0]
    mail["Subject"] = _one_line(first)[:LONGEST_SUBJECT]
    mail["Date"] = formatdate(localtime=False)
    # The same message has the same number however often it is sent, so that a mailbox shows it once.
    mail["Message-ID"] = f"<{message.key}@{address.rpartition('@')[2] or 'smartpos'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body or first)
    if message.attachment is not None:
        kind, _slash, subtype = message.attachment.content_type.partition("/")
        mail.add_attachment(
            message.attachment.read(),
            maintype=kind or "application",
            subtype=subtype or "octet-stream",
            filename=message.attachment.name,
        )
    return mail


def send(message: Outgoing) -> None:
    """Hand a message over to the mail server. Raises Retry, Blocked or Failed."""
    server = server_of(current_app.config["SMTP_URL"])
    mail = letter(message, server.sender)
    try:
        with _connect(server) as connection:
            connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()), (0, b""))
        raise _refusal(code, reason) from None
    except smtplib.SMTPResponseException as error:
        if isinstance(error, smtplib.SMTPAuthenticationError) or error.smtp_code < 500:
            raise Retry(_told(error.smtp_code, error.smtp_error)) from None
        raise Failed(_told(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Failed(str(error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Retry(f"{type(error).__name__}: {error}") from None


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.is_tls:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        connection.ehlo_or_helo_if_needed()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
        elif server.needs_tls:
            connection.close()
            raise smtplib.SMTPNotSupportedError("the mail server does not speak TLS")
    if server.user:
        connection.login(server.user, server.password)
    return connection


def _refusal(code: int, reason: bytes | str) -> Exception:
    told = _told(code, reason)
    if code in NO_SUCH_MAILBOX:
        return Blocked(told)
    return Failed(told) if code >= 500 else Retry(told)


def _told(code: int, reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return f"{code} {text}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


register(Channel.EMAIL, Way(send, lambda: bool(current_app.config.get("SMTP_URL")), per_second=10))
