"""Commands about tenants, people and the platform. Passwords are typed or made, never a default."""

from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import tenant_scope
from smartpos.identity import operations
from smartpos.identity.passwords import new_password
from smartpos.identity.queries import (
    Person,
    all_organizations,
    employee,
    organization_of_domain,
    people_named,
    role_keyed,
    system_actor,
)

tenants = AppGroup("tenants", help="Organizations of this installation.")
users = AppGroup("users", help="People of an organization.")
platform = AppGroup("platform", help="The platform itself.")


class _Tell(click.ClickException):
    """A rule said no; the sentence is shown and nothing was changed."""

    exit_code = 1


def _refuse(error: SmartPOSError) -> _Tell:
    db.session.rollback()
    return _Tell(str(error))


def _organization(domain: str) -> int:
    found = organization_of_domain(domain)
    if found is None:
        raise _Tell(f"There is no organization with the short name {domain}.")
    return found


def _password(generate: bool) -> tuple[str, bool]:
    """A password and whether it was made here."""
    if generate:
        return new_password(), True
    typed = click.prompt("Password (empty: make one)", default="", hide_input=True, show_default=False)
    if not typed:
        return new_password(), True
    if typed != click.prompt("Once more", hide_input=True, default="", show_default=False):
        raise _Tell("The two passwords differ.")
    return typed, False


def _show(username: str, password: str, made: bool) -> None:
    click.echo(f"User name: {username}")
    if made:
        click.echo(f"Password:  {password}   (shown only now)")


@tenants.command("list")
def list_tenants() -> None:
    """List all organizations."""
    table = Table("Id", "Short name", "Name", "Status", "People", "Created")
    for line in sorted(all_organizations(), key=lambda line: line.id):
        status = "platform" if line.is_platform else line.status.value
        table.add_row(
            str(line.id), line.domain, line.name, status, str(line.people), f"{line.created_at:%Y-%m-%d}"
        )
    Console().print(table)


@tenants.command("create")
@click.argument("domain")
@click.option("--name", required=True, help="What the organization is called.")
@click.option("--owner", required=True, help="User name of the first owner.")
@click.option("--owner-name", default=None, help="The owner's full name; by default the user name.")
@click.option("--phone", default=None, help="The owner's phone, to sign in with.")
@click.option("--country", default="UZ", show_default=True)
@click.option("--currency", default="UZS", show_default=True)
@click.option("--timezone", default="Asia/Tashkent", show_default=True)
@click.option("--locale", default="uz", show_default=True)
@click.option("--generate-password", is_flag=True, help="Make a password instead of asking for one.")
def create_tenant(domain: str, owner: str, generate_password: bool, **given: Any) -> None:
    """Make an organization with the short name DOMAIN and its first owner."""
    password, made = _password(generate_password)
    facts = {name: given[name] for name in ("name", "country", "currency", "timezone", "locale")}
    person = {"username": owner, "full_name": given["owner_name"] or owner, "phone": given["phone"]}
    try:
        opened = operations.open_organization({"domain": domain, **facts}, person, password=password)
    except SmartPOSError as error:
        raise _refuse(error) from None
    db.session.commit()
    click.echo(f"Organization {opened.domain} is ready (id {opened.organization_id}).")
    _show(opened.username, password, made)


@tenants.command("suspend")
@click.argument("domain")
@click.option("--reason", required=True, help="Shown to the people of the organization.")
def suspend_tenant(domain: str, reason: str) -> None:
    """Shut an organization out at once."""
    _set_status(domain, reason)
    click.echo(f"{domain} is suspended.")


@tenants.command("resume")
@click.argument("domain")
def resume_tenant(domain: str) -> None:
    """Let a suspended organization work again."""
    _set_status(domain, None)
    click.echo(f"{domain} works again.")


def _set_status(domain: str, reason: str | None) -> None:
    organization_id = _organization(domain)
    try:
        with tenant_scope(organization_id):
            actor = system_actor(organization_id)
        if reason is None:
            operations.resume_organization(organization_id, actor=actor)
        else:
            operations.suspend_organization(organization_id, reason, actor=actor)
    except SmartPOSError as error:
        raise _refuse(error) from None
    db.session.commit()


@users.command("create")
@click.argument("domain")
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in RoleKey]), required=True)
@click.option("--name", default=None, help="Full name; by default the user name.")
@click.option("--phone", default=None)
@click.option("--email", default=None)
@click.option("--generate-password", is_flag=True, help="Make a password instead of asking for one.")
def create_user(domain: str, username: str, generate_password: bool, **given: Any) -> None:
    """Add a person to the organization DOMAIN; the password must be changed at the first sign-in."""
    organization_id = _organization(domain)
    password, made = _password(generate_password)
    try:
        with tenant_scope(organization_id):
            username = operations.create_user(
                username=username,
                full_name=given["name"] or username,
                role=role_keyed(RoleKey(given["role"])),
                password=password,
                phone=given["phone"],
                email=given["email"],
                must_change_password=True,
                actor=system_actor(organization_id),
            ).username
    except SmartPOSError as error:
        raise _refuse(error) from None
    db.session.commit()
    _show(username, password, made)


@users.command("reset-password")
@click.argument("name")
@click.option("--organization", default=None, help="Short name, when several organizations know the name.")
@click.option("--generate-password", is_flag=True, help="Make a password instead of asking for one.")
def reset_password(name: str, organization: str | None, generate_password: bool) -> None:
    """Give the person NAME (user name, e-mail or phone) a password to be changed at the next sign-in."""
    person = _person(name, organization)
    password, made = _password(generate_password)
    try:
        with tenant_scope(person.organization_id):
            user = employee(person.user_id)
            operations.reset_password(user, password=password, actor=system_actor(person.organization_id))
            username = user.username
    except SmartPOSError as error:
        raise _refuse(error) from None
    db.session.commit()
    _show(username, password, made)


def _person(name: str, organization: str | None) -> Person:
    found = people_named(name, domain=organization)
    if not found:
        raise _Tell("Nobody has this name.")
    if len(found) > 1:
        raise _Tell("Several organizations know this name; say which with --organization.")
    return found[0]


@platform.command("create-admin")
@click.argument("username")
@click.option("--name", default=None, help="Full name; by default the user name.")
@click.option("--generate-password", is_flag=True, help="Make a password instead of asking for one.")
def create_admin(username: str, name: str | None, generate_password: bool) -> None:
    """Add a super admin, who creates and suspends organizations."""
    password, made = _password(generate_password)
    try:
        operations.create_super_admin(
            username=username, full_name=name or username, password=password, must_change_password=made
        )
    except SmartPOSError as error:
        raise _refuse(error) from None
    db.session.commit()
    _show(username, password, made)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for group in (tenants, users, platform):
        app.cli.add_command(group)
