"""The unit of work of a request: one transaction, committed at the end, retried whole when the database asks.

A view that returns commits; a view that raises rolls back. Nobody else commits in web code, apart from Flask-Admin's
own handlers.
"""

import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from smartpos.core import errors
from smartpos.core.db import db
from smartpos.core.extensions import Json
from smartpos.core.tenancy import enter

log = structlog.get_logger("smartpos.request")

# Serialization failure and deadlock: PostgreSQL asks for the whole transaction to be run again.
RETRY_STATES = frozenset({"40001", "40P01"})
# Constraint violations and values out of range are the caller's input meeting the database's truth.
CONFLICT_STATES = frozenset({"23505", "23503", "23514", "23P01", "23001"})
INVALID_STATES = frozenset({"22001", "22003", "22007", "22008", "22021", "22P02", "22P05", "23502"})
ATTEMPTS = 4


def sqlstate(error: BaseException) -> str | None:
    """The five-letter code PostgreSQL gave, if the error came from there."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have leads nowhere."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**63 - 1, **options})


class Application(Flask):
    """Flask whose requests own one transaction."""

    json_provider_class = Json

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters["int"] = RowNumber

    def dispatch_request(self) -> ResponseReturnValue:
        attempt = 1
        while True:
            try:
                answer = super().dispatch_request()
                db.session.commit()
            except DBAPIError as error:
                db.session.rollback()
                if sqlstate(error) not in RETRY_STATES or attempt == ATTEMPTS:
                    raise
                # Both sides of a collision would meet again at once if they did not wait differently long.
                time.sleep(0.005 * attempt * (1 + (uuid.uuid4().int % 5)))
                attempt += 1
            except BaseException:
                db.session.rollback()
                raise
            else:
                return answer


def wants_json() -> bool:
    """Whether the caller is a program: the API, or a script that asked for JSON."""
    return request.path in {"/api", "/token"} or request.path.startswith("/api/") or request.is_json


def problem(status: int, code: str, title: str, detail: str, **facts: Any) -> Response:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **facts}
    body.setdefault("request_id", g.get("request_id"))
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def answer_error(status: int, code: str, title: Any, detail: Any, **facts: Any) -> Response:
    """The one way an error leaves: problem JSON for programs, a page for people."""
    # Whoever calls by an impossible host name gets no addresses, and a page is full of them.
    if wants_json() or request_ctx.url_adapter is None:
        return problem(status, code, str(title), str(detail), **facts)
    page = render_template(
        "errors/page.html", status=status, title=title, detail=detail, request_id=g.get("request_id")
    )
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def refusal(error: errors.SmartPOSError) -> Response:
    """The answer to an attempt that was refused and counted: returned and not raised, so that the count is kept."""
    answer = answer_error(error.status, error.code, error.title, error.detail, **error.facts)
    if "seconds" in error.facts:
        answer.headers["Retry-After"] = str(error.facts["seconds"])
    return answer


def _domain_error(error: errors.SmartPOSError) -> ResponseReturnValue:
    if isinstance(error, errors.Unauthorized) and not wants_json() and request.method == "GET":
        from flask import current_app

        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined,no-any-return]
    return answer_error(error.status, error.code, error.title, error.detail, **error.facts)


def _database_error(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    state = sqlstate(error)
    if state in CONFLICT_STATES:
        log.info("constraint", constraint=getattr(getattr(error.orig, "diag", None), "constraint_name", None))
        return answer_error(
            409,
            "conflict",
            errors.Conflict.title,
            _("This conflicts with what is already recorded, or it is in use."),
            constraint=getattr(getattr(error.orig, "diag", None), "constraint_name", None),
        )
    if state in INVALID_STATES or isinstance(error, DataError):
        return answer_error(422, "invalid", errors.Invalid.title, _("A value cannot be stored as it is."))
    if isinstance(error, OperationalError):
        log.error("database_unavailable", error=str(error.orig))
        return answer_error(
            503, "unavailable", errors.Unavailable.title, _("The database does not answer. Please try again.")
        )
    return _unexpected(error)


def _unencodable(error: UnicodeEncodeError) -> ResponseReturnValue:
    db.session.rollback()
    return answer_error(
        422, "invalid", errors.Invalid.title, _("A text contains characters that do not exist.")
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.exception("unexpected_error", path=request.path, exc_info=error)
    return answer_error(
        500, "internal_error", _("Something went wrong"), _("We have recorded it. Nothing was half saved.")
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    facts: dict[str, Any] = {}
    data = getattr(error, "data", None)  # flask-smorest puts validation messages here
    if isinstance(data, dict) and "messages" in data:
        messages = data["messages"]
        found = next(iter(messages.values())) if isinstance(messages, dict) and messages else messages
        # What is wrong with the body as a whole has no field; the library calls it this elsewhere too.
        facts["errors"] = found if isinstance(found, dict) else {"_schema": found}
    if isinstance(error, CSRFError):
        return answer_error(
            400, "csrf", _("This page is too old"), _("Reload the page and do it again; nothing was saved.")
        )
    titles = {
        400: _("The request could not be understood"),
        401: errors.Unauthorized.title,
        403: errors.Forbidden.title,
        404: errors.NotFound.title,
        405: _("This cannot be done here"),
        413: _("This is too large"),
        415: _("This kind of content is not accepted"),
        422: errors.Invalid.title,
        429: errors.TooMany.title,
    }
    details = {
        404: _("There is nothing at this address, or it is not yours to see."),
        413: _("Please send a smaller file."),
        422: _("Some fields are missing or have the wrong form."),
        429: _("Wait a little before you try again."),
    }
    codes = {
        401: "unauthorized",
        403: "forbidden",
        404: "not_found",
        422: "invalid",
        429: "too_many_attempts",
    }
    return answer_error(
        status,
        codes.get(status, f"http_{status}"),
        titles.get(status, error.name),
        details.get(status, titles.get(status, error.name)),
        **facts,
    )


def init_app(app: Flask) -> None:
    """Request ids, error answers and the end of the request's scope."""

    @app.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if request.endpoint not in {"static", "operations.healthz"}:
            principal = g.get("principal")
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                organization_id=principal.organization.id if principal else None,
                user_id=principal.user_id if principal else None,
            )
        return response

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        db.session.rollback()
        enter(None)

    app.register_error_handler(errors.SmartPOSError, _domain_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(UnicodeEncodeError, _unencodable)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
