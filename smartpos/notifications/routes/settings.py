"""How one wants to be told: a page of one's own account."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.identity.actors import Actor
from smartpos.identity.principal import me
from smartpos.notifications import channels, queries
from smartpos.notifications.models import Channel, Mode
from smartpos.notifications.operations import choosing
from smartpos.notifications.operations.kinds import Kind, NoticeGroup, declared_kinds
from smartpos.notifications.operations.times import FIRST_DIGEST
from smartpos.notifications.routes.blueprint import blueprint

CHANNEL_LABELS = {
    Channel.APP: _l("The bell"),
    Channel.TELEGRAM: _l("Telegram"),
    Channel.EMAIL: _l("E-mail"),
    Channel.SMS: _l("SMS"),
}
CHANNEL_ICONS = {
    Channel.APP: "bell",
    Channel.TELEGRAM: "external",
    Channel.EMAIL: "mail",
    Channel.SMS: "phone",
}
MODE_LABELS = {Mode.AT_ONCE: _l("At once"), Mode.DIGEST: _l("In the digest"), Mode.OFF: _l("Off")}
_MISSING = {
    Channel.TELEGRAM: _l("Not linked: connect Telegram in your profile."),
    Channel.EMAIL: _l("No address: your profile has no e-mail."),
    Channel.SMS: _l("No number: your profile has no phone."),
}
_REFUSED = {
    Channel.TELEGRAM: _l("You have stopped the bot. Write to it to be told again."),
    Channel.EMAIL: _l("This address has refused our messages."),
    Channel.SMS: _l("This address has refused our messages."),
}
# What the page proposes to those who switch quiet hours on.
QUIET_FROM, QUIET_UNTIL = time(22, 0), time(7, 0)


@dataclass(frozen=True, slots=True)
class Offered:
    """A channel as the page shows it; ``trouble`` says why nothing goes there now."""

    key: str
    label: Any
    icon: str
    address: str | None
    trouble: str | None
    modes: list[tuple[str, Any]]


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds of notices that may concern a person."""
    return [kind for kind in declared_kinds() if kind.is_open_to(actor.permissions)]


def _offered(reach: queries.Reach) -> list[Offered]:
    return [
        Offered(
            channel.value,
            CHANNEL_LABELS[channel],
            CHANNEL_ICONS[channel],
            reach.addresses.get(channel) if channel is not Channel.TELEGRAM else None,
            _trouble(channel, reach),
            [
                (mode.value, MODE_LABELS[mode])
                for mode in Mode
                if channel is not Channel.APP or mode is not Mode.DIGEST
            ],
        )
        for channel in Channel
    ]


def _trouble(channel: Channel, reach: queries.Reach) -> str | None:
    if channel is Channel.APP:
        return None
    trouble: Any = None
    if not channels.is_on(channel):
        trouble = _("Off: this installation is not set up for it.")
    elif channel in reach.refused:
        trouble = _REFUSED[channel]
    elif channel not in reach.addresses:
        trouble = _MISSING[channel]
    elif not channels.is_real(channel):
        trouble = _("For demonstration: messages are only written to files.")
    return str(trouble) if trouble else None


@blueprint.route("/profile/notifications", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """Kinds by channels, quiet hours, the hour of the digest."""
    actor = me()
    kinds = kinds_for(actor)
    problem, status = "", 200
    if request.method == "POST":
        try:
            _save(kinds, actor)
        except SmartPOSError as error:
            # What a view returns is committed: nothing half done is left behind.
            db.session.rollback()
            problem, status = str(error), error.status
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".settings"))
    modes, hours = queries.modes_of(actor.user_id), queries.preference_of(actor.user_id)
    groups = [(group, [kind for kind in kinds if kind.group is group]) for group in NoticeGroup]
    form = request.form if problem else None
    page = render_template(
        "notifications/settings.html",
        groups=[(group.label, members) for group, members in groups if members],
        channels=_offered(queries.reach_of(actor.user_id)),
        chosen={
            f"{kind.key}:{channel.value}": form[f"{kind.key}:{channel.value}"]
            if form and f"{kind.key}:{channel.value}" in form
            else modes.get((kind.key, channel), kind.default(channel)).value
            for kind in kinds
            for channel in Channel
        },
        is_quiet=bool(form.get("is_quiet")) if form else bool(hours and hours.quiet_from),
        quiet_from=form.get("quiet_from", "")
        if form
        else _hour(hours.quiet_from if hours else None, QUIET_FROM),
        quiet_until=form.get("quiet_until", "")
        if form
        else _hour(hours.quiet_until if hours else None, QUIET_UNTIL),
        digest_at=form.get("digest_at", "")
        if form
        else _hour(hours.digest_at if hours else None, FIRST_DIGEST),
        problem=problem,
    )
    return page, status


def _hour(chosen: time | None, proposed: time) -> str:
    return f"{chosen or proposed:%H:%M}"


def _save(kinds: list[Kind], actor: Actor) -> None:
    choices = {}
    for kind in kinds:
        for channel in Channel:
            given = request.form.get(f"{kind.key}:{channel.value}")
            if given is None:
                continue
            if given not in set(Mode):
                raise Invalid(_("There is no such choice."), field=f"{kind.key}:{channel.value}")
            choices[kind.key, channel] = Mode(given)
    choosing.choose_modes(choices, actor=actor)
    is_quiet = bool(request.form.get("is_quiet"))
    choosing.choose_hours(
        quiet_from=_time("quiet_from") if is_quiet else None,
        quiet_until=_time("quiet_until") if is_quiet else None,
        digest_at=_time("digest_at"),
        actor=actor,
    )


def _time(name: str) -> time:
    typed = request.form.get(name, "").strip()
    try:
        found = time.fromisoformat(typed)
        if found.tzinfo is not None:
            raise ValueError(typed)
    except ValueError:
        raise Invalid(_("%(typed)s is no time of day.", typed=typed[:20] or "–"), field=name) from None
    return found.replace(second=0, microsecond=0)
