"""Everybody's own pages, the organization and the platform."""

from tests.doors.door import (
    BRANCH_READ,
    PLATFORM,
    PUBLIC,
    SIGNED_IN,
    TILL_REGISTER,
    TILL_USE,
    USER_READ,
    USER_WRITE,
    Door,
    get,
    page,
    post,
)

DOORS: dict[str, dict[str, Door]] = {
    # --- everybody ---------------------------------------------------------------------------------------------
    "static": get(PUBLIC),
    "admin.static": get(PUBLIC),
    "operations.healthz": get(PUBLIC),
    "operations.readyz": get(PUBLIC),
    "operations.metrics": get(PUBLIC),
    "api-docs.openapi_json": get(PUBLIC),
    "api-docs.openapi_swagger_ui": get(PUBLIC),
    "identity.login": page(PUBLIC),
    "identity.pin_login": page(PUBLIC),
    "identity.code": page(PUBLIC),
    "identity.set_language": post(PUBLIC, form={"locale": "ru"}),
    "identity_api.token": post(PUBLIC, form={"username": "nobody", "password": "nothing"}),
    "identity_api.till_pin": post(PUBLIC, {"user_id": 1, "pin": "0000"}),
    # --- one's own ---------------------------------------------------------------------------------------------
    "identity.home": get(SIGNED_IN),
    "admin.index": get("identity:admin:enter"),
    "identity.confirm_logout": get(SIGNED_IN),
    "identity.logout": post(SIGNED_IN, signs_out=True),
    "identity.lock_till": post(SIGNED_IN, signs_out=True),
    "identity.profile": page(SIGNED_IN),
    "identity.change_password": page(SIGNED_IN),
    "identity.change_pin": page(SIGNED_IN),
    "identity.two_step": get(SIGNED_IN) | post(SIGNED_IN, finds="not found"),
    "identity.two_step_off": page(SIGNED_IN),
    "identity.recovery_codes": page(SIGNED_IN),
    "identity.sessions": get(SIGNED_IN),
    "identity.end_session": post(SIGNED_IN, owner="cashier"),
    "identity.end_other_sessions": post(SIGNED_IN),
    "identity_api.me": get(SIGNED_IN),
    "identity_api.change_password": post(
        SIGNED_IN, {"current_password": "wrong", "new_password": "long-enough-9"}
    ),
    "identity_api.logout": post(SIGNED_IN),
    # --- the organization --------------------------------------------------------------------------------------
    "identity.organization": {
        "GET": Door("identity:organization:read"),
        "POST": Door("identity:organization:write"),
    },
    "identity.settings": {"GET": Door("identity:setting:read"), "POST": Door("identity:setting:write")},
    "identity.register_till": page(TILL_REGISTER),
    "identity.forget_till": post(TILL_REGISTER),
    "identity_api.branches": get(BRANCH_READ),
    "identity_api.tills": get(BRANCH_READ),
    "identity_api.roles": get("identity:role:read"),
    "identity_api.till_cashiers": get(TILL_USE),
    "identity_api.Employees": {
        "GET": Door(USER_READ),
        "POST": Door(
            USER_WRITE,
            {"username": "newcomer", "full_name": "New", "role": "cashier", "password": "long-enough-9"},
        ),
    },
    "identity_api.Employee": {
        "GET": Door(USER_READ),
        "PUT": Door(USER_WRITE, {"full_name": "Renamed"}),
        "DELETE": Door(USER_WRITE),
    },
    "audit.trail": get("identity:audit:read"),
    "audit_api.audits": get("identity:audit:read"),
    # --- the platform ------------------------------------------------------------------------------------------
    "platform.organizations": get(PLATFORM),
    "platform.create": page(PLATFORM),
    "platform.suspend": page(PLATFORM, reason="does not pay"),
    "platform.resume": post(PLATFORM),
    "platform.visit": page("platform:organization:visit", reason="asked for help"),
    "platform.leave": post(SIGNED_IN),
    "platform.jobs": get("platform:job:read"),
    "platform.retry_job": post("platform:job:read"),
}
