"""What can be wrong with signing in and with editing people."""

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, TooMany, Unauthorized


class OrganizationSuspended(Forbidden):
    """The whole tenant is out until the platform resumes it."""

    code = "organization_suspended"
    title = _l("Your organization is suspended")


class WrongCredentials(Unauthorized):
    """Name and password, or PIN, do not match. Never says which."""

    code = "wrong_credentials"
    title = _l("The name or the password is wrong")


class LockedOut(TooMany):
    """Too many wrong attempts; ``seconds`` tells how long to wait."""

    code = "locked"
    title = _l("Too many wrong attempts. Please wait a little.")


class LastOwner(Conflict):
    """An organization must keep an owner who can sign in."""

    code = "last_owner"
    title = _l("The last owner cannot be removed")


class NotYourself(Forbidden):
    """Nobody deletes or demotes themselves."""

    code = "not_yourself"
    title = _l("You cannot do this to yourself")


class AboveYourRank(Forbidden):
    """Nobody gives or edits a role above their own."""

    code = "above_your_rank"
    title = _l("This role is above your own")
