"""What the API of identity takes and gives."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from smartpos.core.fields import CursorQuery, IdField, TextField
from smartpos.core.i18n import LANGUAGES
from smartpos.identity.models import UserStatus
from smartpos.identity.passwords import LONGEST_PASSWORD, LONGEST_PIN


class TokenRequest(Schema):
    """Name and password, as a form or as JSON. What else a client of OAuth 2 sends is of no account."""

    class Meta:
        unknown = EXCLUDE

    username = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, LONGEST_PASSWORD))
    organization = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=63))
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class TokenAnswer(Schema):
    """A bearer token; ``expires_in`` is in seconds."""

    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()


class OrganizationAnswer(Schema):
    """The tenant one works for."""

    id = IdField()
    name = fields.String()
    domain = fields.String()
    country = fields.String()
    currency = fields.String()
    timezone = fields.String()
    locale = fields.String()


class RoleAnswer(Schema):
    """A role; ``key`` is null for a tenant's own."""

    id = IdField()
    key = fields.String(allow_none=True)
    name = fields.Function(lambda role: str(role["name"] if isinstance(role, dict) else role.title))
    rank = fields.Integer()


class BranchAnswer(Schema):
    """A place of the organization."""

    id = IdField()
    name = fields.String()
    kind = fields.Function(lambda branch: branch.kind.value)
    address = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    manager_id = IdField(allow_none=True)
    workspace_id = IdField(allow_none=True)
    is_active = fields.Boolean()


class TillAnswer(Schema):
    """A cash register."""

    id = IdField()
    number = fields.Integer()
    name = fields.String()
    branch_id = IdField()
    receipt_width = fields.Integer()
    is_active = fields.Boolean()
    is_registered = fields.Boolean()


class TillQuery(CursorQuery):
    """Tills, of one branch if given."""

    branch_id = IdField(load_default=None, allow_none=True, strict=False)


def _page_of(item: type[Schema], name: str) -> type[Schema]:
    facts: dict[str, Any] = {
        "__doc__": "A page of a list.",
        "items": fields.List(fields.Nested(item)),
        "next_cursor": fields.String(allow_none=True),
    }
    return type(name, (Schema,), facts)


class UserAnswer(Schema):
    """A person."""

    id = IdField()
    username = fields.String()
    full_name = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.Function(lambda user: user.phone_number)
    role = fields.Nested(RoleAnswer)
    status = fields.Function(lambda user: user.status.value)
    locale = fields.String(allow_none=True)
    default_branch_id = IdField(allow_none=True)
    job_title = fields.String(allow_none=True)
    hired_date = fields.Date(allow_none=True)
    has_pin = fields.Function(lambda user: user.pin_code_hash is not None)
    has_two_step = fields.Function(lambda user: user.totp_secret is not None)
    must_change_password = fields.Boolean()
    last_login_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()


class MeUser(Schema):
    """Who is asking."""

    id = IdField()
    username = fields.String()
    full_name = fields.String()
    locale = fields.String(allow_none=True)
    default_branch_id = IdField(allow_none=True)
    till_id = IdField(allow_none=True)
    must_change_password = fields.Boolean()


class MeAnswer(Schema):
    """Everything a client needs to know about who it works for."""

    user = fields.Nested(MeUser)
    role = fields.Nested(RoleAnswer)
    organization = fields.Nested(OrganizationAnswer)
    branches = fields.List(fields.Nested(BranchAnswer))
    permissions = fields.List(fields.String())


class PasswordChange(Schema):
    """A new password for oneself."""

    current_password = fields.String(required=True, validate=validate.Length(1, LONGEST_PASSWORD))
    new_password = fields.String(required=True, validate=validate.Length(1, LONGEST_PASSWORD))


class EmployeeChange(Schema):
    """Facts about a person; ``role`` is the key of a role every tenant has, or ``role_id`` names any."""

    username = TextField(longest=64)
    full_name = TextField(longest=200)
    role = TextField(longest=64)
    role_id = IdField()
    email = TextField(longest=254, blank_is_none=True)
    phone = TextField(longest=40, blank_is_none=True)
    status = fields.String(validate=validate.OneOf([status.value for status in UserStatus]))
    locale = fields.String(allow_none=True, validate=validate.OneOf([*LANGUAGES, None]))
    default_branch_id = IdField(allow_none=True)
    address = TextField(longest=500, blank_is_none=True)
    job_title = TextField(longest=200, blank_is_none=True)
    hired_date = fields.Date(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    workspace_ids = fields.List(IdField(), validate=validate.Length(max=200))
    password = fields.String(validate=validate.Length(1, LONGEST_PASSWORD))
    pin = fields.String(allow_none=True, validate=validate.Length(1, LONGEST_PIN))


class EmployeeCreation(EmployeeChange):
    """A new person; the password given must be changed at the first sign-in."""

    username = TextField(longest=64, required=True)
    full_name = TextField(longest=200, required=True)


class PinRequest(Schema):
    """Who signs in at the till, and their PIN."""

    user_id = IdField(required=True)
    pin = fields.String(required=True, validate=validate.Length(1, 40))


class TillPersonAnswer(Schema):
    """Somebody who may sign in at this till."""

    id = IdField()
    name = fields.String()
    role_name = fields.Function(lambda person: str(person.role_name))
    is_locked = fields.Boolean()


class TillPeople(Schema):
    """Who may sign in here, and which till this device is (null for an ordinary browser)."""

    items = fields.List(fields.Nested(TillPersonAnswer))
    till = fields.Dict(allow_none=True)


class PinAnswer(Schema):
    """Who is signed in now, and the CSRF token to use from here on."""

    user = fields.Nested(MeUser)
    csrf_token = fields.String()


BranchPage = _page_of(BranchAnswer, "BranchPage")
TillPage = _page_of(TillAnswer, "TillPage")
EmployeePage = _page_of(UserAnswer, "EmployeePage")
RolePage = _page_of(RoleAnswer, "RolePage")
