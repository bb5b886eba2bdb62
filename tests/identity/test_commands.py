"""The commands of an operator."""

import re

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import PASSWORD, Shop
from tests.identity.people import token


def run(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def made_password(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", result.output)[0]


def test_a_tenant_from_the_terminal(app: Flask, client: FlaskClient) -> None:
    made = run(app, "tenants", "create", "lola", "--name", "Lola", "--owner", "lola", "--generate-password")
    answer = token(client, "lola", made_password(made))
    assert answer.status_code == 200
    assert "lola" in run(app, "tenants", "list").output
    again = run(app, "tenants", "create", "lola", "--name", "Lola", "--owner", "lola", "--generate-password")
    assert again.exit_code == 1
    assert "Traceback" not in again.output


def test_suspending_from_the_terminal(app: Flask, shop: Shop, client: FlaskClient) -> None:
    assert run(app, "tenants", "suspend", "bahor", "--reason", "Sinov").exit_code == 0
    assert token(client, "owner").json["detail"] == "Sinov"
    assert run(app, "tenants", "resume", "bahor").exit_code == 0
    assert token(client, "owner").status_code == 200
    assert run(app, "tenants", "resume", "nowhere").exit_code == 1


def test_people_from_the_terminal(app: Flask, shop: Shop, client: FlaskClient) -> None:
    made = run(app, "users", "create", "bahor", "yangi", "--role", "cashier", "--generate-password")
    assert token(client, "yangi", made_password(made)).status_code == 200
    typed = run(app, "users", "reset-password", "yangi", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert typed.exit_code == 0
    assert PASSWORD not in typed.output
    assert token(client, "yangi").status_code == 200
    differ = run(app, "users", "reset-password", "yangi", typed=f"{PASSWORD}\nother\n")
    assert differ.exit_code == 1
    assert run(app, "users", "reset-password", "nobody", "--generate-password").exit_code == 1
    assert (
        run(app, "users", "create", "bahor", "x", "--role", "cashier", "--generate-password").exit_code == 1
    )
    assert (
        run(
            app, "users", "create", "bahor", "podsho", "--role", "super_admin", "--generate-password"
        ).exit_code
        == 1
    )


def test_a_name_of_several_tenants(app: Flask, shop: Shop, client: FlaskClient) -> None:
    run(app, "tenants", "create", "lola", "--name", "Lola", "--owner", "owner", "--generate-password")
    assert run(app, "users", "reset-password", "owner", "--generate-password").exit_code == 1
    done = run(app, "users", "reset-password", "owner", "--organization", "lola", "--generate-password")
    assert token(client, "owner", made_password(done), organization="lola").status_code == 200
    assert token(client, "owner", organization="bahor").status_code == 200


@pytest.mark.parametrize("again", [False, True])
def test_a_super_admin(app: Flask, client: FlaskClient, again: bool) -> None:
    if again:
        run(app, "platform", "create-admin", "first", "--generate-password")
    made = run(app, "platform", "create-admin", "root", "--generate-password")
    assert token(client, "root", made_password(made)).status_code == 200
    assert run(app, "platform", "create-admin", "root", "--generate-password").exit_code == 1
