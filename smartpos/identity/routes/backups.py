"""The platform's page of backups: which there are, one more, and taking one home."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core import audit
from smartpos.core.admin import register_link
from smartpos.core.backups import kept_backup
from smartpos.core.backups.keeping import backup_folder
from smartpos.core.backups.work import ask_for_backup, backups_state
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.core.models import AuditAction
from smartpos.core.permissions import require
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.routes.blueprints import platform_blueprint

SUBJECT = "backup"


@platform_blueprint.get("/backups")
def backups() -> ResponseReturnValue:
    """The backups of this installation: when, how large, checked or not."""
    require(P.PLATFORM_BACKUPS)
    state = backups_state()

    def age(moment: datetime) -> str:
        return str(format_timedelta(state.now - moment))

    return render_template("identity/platform/backups.html", state=state, age=age)


@platform_blueprint.post("/backups")
def make_backup() -> ResponseReturnValue:
    """Have a backup made now, in the background."""
    require(P.PLATFORM_BACKUPS)
    try:
        ask_for_backup()
    except SmartPOSError as error:
        flash(str(error), "error")
    else:
        audit.record(AuditAction.CREATE, SUBJECT)
        flash(
            _("The backup is on its way. It takes its place in the list when it is finished and checked."),
            "success",
        )
    return redirect(url_for("platform.backups"))


@platform_blueprint.get("/backups/<string:backup_name>")
def download_backup(backup_name: str) -> Response:
    """Take a backup home. It holds the data of all organizations, so the trail says who did."""
    require(P.PLATFORM_BACKUPS)
    folder = backup_folder()
    if folder is None:
        raise NotFound
    kept = kept_backup(folder, backup_name)
    audit.record(AuditAction.EXPORT, SUBJECT, new_values={"file": kept.name, "size": kept.size})
    answer = send_file(
        kept.path, mimetype="application/x-tar", as_attachment=True, download_name=kept.name, etag=False
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def register_menu() -> None:
    """Put the page into the menu."""
    register_link(_l("Platform"), _l("Backups"), "platform.backups", "shield", P.PLATFORM_BACKUPS)
