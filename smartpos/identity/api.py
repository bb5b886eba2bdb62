"""The API of identity: tokens, who I am, branches, tills, staff, and PINs at the till."""

from typing import Any

from flask import Flask, request
from flask.views import MethodView
from flask_babel import gettext as _
from flask_smorest import Blueprint
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.core.extensions import api
from smartpos.core.fields import CursorQuery
from smartpos.core.paging import page
from smartpos.core.permissions import RoleKey, needs, require
from smartpos.core.tenancy import tenant_scope
from smartpos.core.web import refusal
from smartpos.identity import authentication as doors
from smartpos.identity import operations
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField, UnknownTill
from smartpos.identity.models import Branch, Role, SessionKind, Till, User
from smartpos.identity.operations import own_account
from smartpos.identity.operations.sessions import LIFETIMES
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me as signed_in
from smartpos.identity.queries import employee, is_workplace, till_people
from smartpos.identity.schemas import (
    BranchPage,
    EmployeeChange,
    EmployeeCreation,
    EmployeePage,
    MeAnswer,
    PasswordChange,
    PinAnswer,
    PinRequest,
    RolePage,
    TillPage,
    TillPeople,
    TillQuery,
    TokenAnswer,
    TokenRequest,
    UserAnswer,
)
from smartpos.identity.throttling import per_address, per_name, per_person

blueprint = Blueprint("identity_api", __name__, description="Signing in, people and places")


@blueprint.post("/token")
@blueprint.doc(
    security=[],
    requestBody={
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {"schema": TokenRequest},
            "application/json": {"schema": TokenRequest},
        },
    },
)
@blueprint.response(200, TokenAnswer)
@per_address
@per_name("username")
def token() -> Any:
    """Exchange a name and a password for a bearer token."""
    given = _token_request()
    try:
        entry = operations.sign_in(
            given["username"],
            given["password"],
            organization=given["organization"],
            host=request.host.partition(":")[0],
            code=given["code"],
            kind=SessionKind.API,
            device=doors.device(),
        )
    except SmartPOSError as error:
        return refusal(error)
    seconds = int(LIFETIMES[SessionKind.API].total_seconds())
    return {
        "access_token": doors.access_token(entry.organization_id, entry.secret, seconds),
        "token_type": "bearer",
        "expires_in": seconds,
    }


def _token_request() -> dict[str, Any]:
    data: Any = request.get_json() if request.is_json else request.form.to_dict()
    if not isinstance(data, dict):
        data = {}
    try:
        return dict(TokenRequest().load(data))
    except ValidationError as error:
        raise Invalid(errors=error.messages) from None


@blueprint.post("/api/logout")
@blueprint.response(204)
def logout() -> None:
    """End this session; its token is worthless from now on."""
    signed_in()
    bearer = doors.bearer()
    if bearer is not None:
        doors.end_token_session(bearer)
    else:
        doors.end_browser_session()


@blueprint.get("/api/me")
@blueprint.response(200, MeAnswer)
def me() -> dict[str, Any]:
    """Who I am: user, role, organization, branches, permissions."""
    person = signed_in()
    branches = select(Branch).where(is_workplace(), Branch.is_active).order_by(Branch.name)
    return {
        "user": _user_of(person),
        "role": {"id": person.role_id, "key": person.role_key, "name": person.role_name, "rank": person.rank},
        "organization": person.organization,
        "branches": list(db.session.scalars(branches)) if person.can(P.BRANCH_READ) else [],
        "permissions": sorted(person.permissions),
    }


def _user_of(person: Actor) -> dict[str, Any]:
    return {
        "id": person.user_id,
        "username": person.username,
        "full_name": person.name,
        "locale": person.locale,
        "default_branch_id": person.default_branch_id,
        "till_id": person.till_id,
        "must_change_password": person.must_change_password,
    }


@blueprint.post("/api/me/password")
@blueprint.arguments(PasswordChange)
@blueprint.response(204)
@per_person
def change_password(given: dict[str, Any]) -> None:
    """Choose a new password; all other sessions end."""
    own_account.change_own_password(
        given["new_password"], current=given["current_password"], actor=signed_in()
    )


@blueprint.get("/api/branches")
@needs(P.BRANCH_READ)
@blueprint.arguments(CursorQuery, location="query")
@blueprint.response(200, BranchPage)
def branches(query: dict[str, Any]) -> Any:
    """The branches of the organization."""
    statement = select(Branch).where(is_workplace())
    return page(statement, [Branch.id], limit=query["limit"], cursor=query["cursor"])


@blueprint.get("/api/tills")
@needs(P.BRANCH_READ)
@blueprint.arguments(TillQuery, location="query")
@blueprint.response(200, TillPage)
def tills(query: dict[str, Any]) -> Any:
    """The tills of the organization, or of one branch."""
    statement = select(Till).where(Till.deleted_at.is_(None))
    if query["branch_id"] is not None:
        statement = statement.where(Till.branch_id == query["branch_id"])
    return page(statement, [Till.id], limit=query["limit"], cursor=query["cursor"])


@blueprint.get("/api/roles")
@needs(P.ROLE_READ)
@blueprint.arguments(CursorQuery, location="query")
@blueprint.response(200, RolePage)
def roles(query: dict[str, Any]) -> Any:
    """The roles people can have."""
    return page(select(Role), [Role.id], limit=query["limit"], cursor=query["cursor"])


@blueprint.route("/api/employees")
class Employees(MethodView):
    """The staff."""

    @needs(P.USER_READ)
    @blueprint.arguments(CursorQuery, location="query")
    @blueprint.response(200, EmployeePage)
    def get(self, query: dict[str, Any]) -> Any:
        """The people of the organization."""
        statement = select(User).options(joinedload(User.role)).where(User.deleted_at.is_(None))
        return page(statement, [User.id], limit=query["limit"], cursor=query["cursor"])

    @needs(P.USER_WRITE)
    @blueprint.arguments(EmployeeCreation)
    @blueprint.response(201, UserAnswer)
    def post(self, given: dict[str, Any]) -> Any:
        """Add a person. They must change the password that is given here at their first sign-in."""
        if "role" not in given and "role_id" not in given:
            given["role"] = RoleKey.EMPLOYEE.value
        facts = _with_role(given)
        return operations.create_user(**facts, must_change_password="password" in facts, actor=signed_in())


@blueprint.route("/api/employees/<int:user_id>")
class Employee(MethodView):
    """One person of the staff."""

    @blueprint.response(200, UserAnswer)
    def get(self, user_id: int) -> Any:
        """One person."""
        require(P.USER_READ)
        return employee(user_id)

    @needs(P.USER_WRITE)
    @blueprint.arguments(EmployeeChange)
    @blueprint.response(200, UserAnswer)
    def put(self, given: dict[str, Any], user_id: int) -> Any:
        """Change what is given about a person. A password given here must be changed at the next sign-in."""
        user = employee(user_id)
        facts = _with_role(given)
        password, has_pin, pin = facts.pop("password", None), "pin" in facts, facts.pop("pin", None)
        operations.update_user(user, facts, actor=signed_in())
        if password is not None:
            operations.reset_password(user, password=password, actor=signed_in())
        if has_pin:
            operations.reset_pin(user, pin, actor=signed_in())
        return user

    @blueprint.response(204)
    def delete(self, user_id: int) -> None:
        """Remove a person; what they did stays."""
        require(P.USER_WRITE)
        operations.delete_user(employee(user_id), actor=signed_in())


def _with_role(given: dict[str, Any]) -> dict[str, Any]:
    """The facts with ``role`` as operations take it."""
    facts = dict(given)
    key, number = facts.pop("role", None), facts.pop("role_id", None)
    if number is not None:
        facts["role"] = number
    elif key is not None:
        known = next((role for role in RoleKey if role.value == key), None)
        if known is None:
            raise BadField("role", _("There is no such role."))
        facts["role"] = known
    return facts


@blueprint.get("/api/till/cashiers")
@blueprint.response(200, TillPeople)
def till_cashiers() -> dict[str, Any]:
    """Who may sign in at this till by PIN; for known tills and for people who may use tills."""
    till = doors.known_till()
    if till is None:
        require(P.TILL_USE)
        return {"items": till_people(), "till": None}
    with tenant_scope(till.organization_id):
        people = till_people()
    here = {
        "id": till.id,
        "name": till.name,
        "branch_id": till.branch_id,
        "branch_name": till.branch_name,
        "organization_name": till.organization_name,
    }
    return {"items": people, "till": here}


@blueprint.post("/api/till/pin")
@blueprint.arguments(PinRequest)
@blueprint.response(200, PinAnswer)
@per_address
def till_pin(given: dict[str, Any]) -> Any:
    """Sign in at a known till. A PIN opens the till, not the back office."""
    if doors.known_till() is None:
        raise UnknownTill
    try:
        entry = operations.sign_in_with_pin(given["user_id"], given["pin"], device=doors.device())
    except SmartPOSError as error:
        return refusal(error)
    person = doors.begin_browser_session(entry)
    return {"user": _user_of(person), "csrf_token": doors.fresh_csrf_token()}


def init_app(app: Flask) -> None:
    """Register the API."""
    api.register_blueprint(blueprint)
