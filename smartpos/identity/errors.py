"""What can be wrong with signing in and with editing people."""

from typing import Any

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, Invalid, TooMany, Unauthorized


class OrganizationSuspended(Forbidden):
    """The whole tenant is out until the platform resumes it."""

    code = "organization_suspended"
    title = _l("Your organization is suspended")


class WrongCredentials(Unauthorized):
    """Name and password, or PIN, do not match. Never says which."""

    code = "wrong_credentials"
    title = _l("The name or the password is wrong")


class OrganizationNeeded(Unauthorized):
    """The name exists in several organizations; says nothing about the password."""

    code = "organization_required"
    title = _l("Please also enter your organization")


class CodeNeeded(Unauthorized):
    """The password is right and two-step sign-in is on. ``person`` tells the edge whose code to ask for."""

    code = "totp_required"
    title = _l("Enter the code from your authenticator app")
    person: Any = None


class WrongCode(Unauthorized):
    """The code of the authenticator, or the recovery code, is wrong or was used before."""

    code = "wrong_code"
    title = _l("This code is wrong or was already used")


class AccountOff(Forbidden):
    """The password is right, but somebody has locked this person out."""

    code = "account_off"
    title = _l("Your account is switched off. Please ask your administrator.")


class PasswordChangeRequired(Forbidden):
    """Somebody else has set the password; its owner must choose a new one before anything else."""

    code = "password_change_required"
    title = _l("Please choose a new password first")


class UnknownTill(Forbidden):
    """PINs work only on a device that was made a known till."""

    code = "unknown_till"
    title = _l("This device is not a known till")


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


class BeyondYourPermissions(Forbidden):
    """Nobody gives away permissions they do not hold; ``permissions`` names them."""

    code = "beyond_your_permissions"
    title = _l("This includes permissions that you do not have")


class OwnerRoleIsFixed(Conflict):
    """The owner's role always holds everything."""

    code = "owner_role_is_fixed"
    title = _l("The owner's role always holds every permission")


class StillInUse(Conflict):
    """Something cannot go while others need it."""

    code = "in_use"
    title = _l("This is still in use")


class AlreadyTaken(Conflict):
    """A name, address or number that must be unique already belongs to somebody. ``errors`` names the field."""

    code = "already_taken"
    title = _l("This is already taken")


class IsNoWorkplace(Conflict):
    """The place of what is on its way is nobody's to change."""

    code = "is_no_workplace"
    title = _l("This place is kept by the system: it holds what is on its way between branches")


class BadField(Invalid):
    """One field of the input is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, errors={field: [sentence]})
