"""Commands of the bot: its process, and whether Telegram sends updates or is asked for them."""

from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from smartpos.bot.webhook import WEBHOOK_PATH, webhook_secret
from smartpos.notifications.channels.base import Failed
from smartpos.notifications.channels.bot_api import TelegramError
from smartpos.notifications.channels.telegram import api, api_url

UPDATES = ["message", "callback_query", "my_chat_member"]


@click.command("bot")
@with_appcontext
def bot() -> None:
    """Answer people in Telegram until stopped; without TELEGRAM_BOT_TOKEN do nothing."""
    from smartpos.bot import polling

    polling.run(current_app._get_current_object())  # type: ignore[attr-defined]


@click.group("telegram")
def telegram_commands() -> None:
    """How updates come from Telegram."""


@telegram_commands.command("set-webhook")
@click.argument("url")
@with_appcontext
def set_webhook(url: str) -> None:
    """Have Telegram send updates to this installation, found at URL (https://pos.example.org)."""
    parts = urlsplit(url)
    own_server = api_url().startswith("http://")
    if parts.scheme != "https" and not (own_server and parts.scheme == "http"):
        raise click.ClickException("Telegram sends updates to an address that begins with https:// alone.")
    address = url.rstrip("/") + WEBHOOK_PATH if parts.path in {"", "/"} else url
    _call("setWebhook", {"url": address, "secret_token": webhook_secret(), "allowed_updates": UPDATES})
    click.echo(f"Telegram sends updates to {address}. The process `bot` is not needed now.")


@telegram_commands.command("delete-webhook")
@with_appcontext
def delete_webhook() -> None:
    """Go back to the process `bot`, which asks for updates."""
    _call("deleteWebhook", {})
    click.echo("Telegram waits to be asked: run the process `bot`.")


@telegram_commands.command("info")
@with_appcontext
def info() -> None:
    """Which bot this is, and how its updates come."""
    me = _call("getMe", {})
    hook = _call("getWebhookInfo", {})
    click.echo(f"@{me.get('username')} ({me.get('id')})")
    click.echo(f"updates: {hook.get('url') or 'asked for by the process `bot`'}")
    click.echo(f"waiting: {hook.get('pending_update_count', 0)}")
    if hook.get("last_error_message"):
        click.echo(f"last error: {hook['last_error_message']}")


def _call(method: str, fields: dict[str, object]) -> dict[str, object]:
    try:
        answer = api().call(method, fields)
    except (TelegramError, Failed) as error:
        raise click.ClickException(str(error)) from None
    return answer if isinstance(answer, dict) else {}


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(bot)
    app.cli.add_command(telegram_commands)
