"""Configuration, from the environment alone. Outside demo mode the secrets must be given."""

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent

REQUIRED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS")


class MissingConfiguration(RuntimeError):
    """A required variable of the environment is not set."""


class WrongConfiguration(MissingConfiguration):
    """A variable of the environment cannot mean what it says."""


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _backup_folder(data: Path) -> Path | None:
    """Where nightly backups go: beside the other data unless told, nowhere when told to be off."""
    told = os.environ.get("SMARTPOS_BACKUP_FOLDER")
    if told is None:
        return data / "backups"
    return None if told.strip().lower() in {"", "off", "none", "0"} else Path(told).expanduser().absolute()


def _backup_keep() -> tuple[int, int]:
    """How many days and how many weeks have a backup: "7,4"."""
    told = os.environ.get("SMARTPOS_BACKUP_KEEP") or "7,4"
    days, _comma, weeks = told.partition(",")
    try:
        counts = int(days), int(weeks or 0)
    except ValueError:
        counts = -1, -1
    if min(counts) < 0 or max(counts) == 0:
        raise WrongConfiguration(
            f"SMARTPOS_BACKUP_KEEP is {told!r}; it must be how many days and weeks to keep, for example 7,4."
        )
    return counts


def _sqlalchemy_url(url: str) -> str:
    """Accept the common spellings of a PostgreSQL address and use psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def from_environment() -> dict[str, Any]:
    """The Flask configuration. Raises MissingConfiguration naming every variable that is missing."""
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        raise MissingConfiguration(
            f"SmartPOS needs {', '.join(missing)} in its environment. "
            "`make run` sets them up for a local instance; docs/running.md tells about production."
        )
    https = _flag("SMARTPOS_HTTPS")
    data = Path(os.environ.get("SMARTPOS_DATA") or ROOT / ".data")
    return {
        "SQLALCHEMY_DATABASE_URI": _sqlalchemy_url(os.environ["DATABASE_URL"]),
        "REDIS_URL": os.environ["REDIS_URL"],
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "ENCRYPTION_KEYS": os.environ["ENCRYPTION_KEYS"].split(","),
        "DATA_FOLDER": data,
        "BACKUP_FOLDER": _backup_folder(data),
        "BACKUP_KEEP": _backup_keep(),
        "DISPLAY_NAME": os.environ.get("SMARTPOS_DISPLAY_NAME", "SmartPOS"),
        "HTTPS": https,
        "SESSION_COOKIE_SECURE": https,
        "TRUSTED_PROXIES": int(os.environ.get("SMARTPOS_PROXIES", "0")),
        "RATE_LIMITS": not _flag("SMARTPOS_NO_RATE_LIMITS"),
        # Where the installation is found from outside, for links in messages: https://pos.example.org
        "PUBLIC_URL": os.environ.get("SMARTPOS_URL"),
        "SMTP_URL": os.environ.get("SMTP_URL"),
        "SMS_GATEWAY_URL": os.environ.get("SMS_GATEWAY_URL"),
        "SMS_GATEWAY_TOKEN": os.environ.get("SMS_GATEWAY_TOKEN"),
        "TELEGRAM_BOT_TOKEN": os.environ.get("TELEGRAM_BOT_TOKEN"),
        "TELEGRAM_API_URL": os.environ.get("TELEGRAM_API_URL"),
        "TELEGRAM_WEBHOOK_SECRET": os.environ.get("TELEGRAM_WEBHOOK_SECRET"),
        # Messages of channels that are not set up become files, where the shops are made up.
        "OUTBOX": _flag("SMARTPOS_OUTBOX")
        or os.environ.get("SMARTPOS_DEMO", "").lower() in {"full", "small"},
        "PRINTER_NETWORKS": os.environ.get("SMARTPOS_PRINTER_NETWORKS"),
    }
