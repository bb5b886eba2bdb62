"""Customers over HTTP, at the addresses of 001."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from smartpos.core.crypto import decrypt
from smartpos.core.db import db
from smartpos.core.models import AuditLog
from smartpos.crm.models import Customer
from tests.cast import Shop

Api = Any


@pytest.fixture
def cashier(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("cashier")


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


def test_a_cashier_adds_a_customer_by_name_and_phone(cashier: Api) -> None:
    answer = cashier.post("/api/clients", {"name": "  Ali   Valiyev ", "phone": "90 123 45 67"})
    assert answer.status_code == 201
    body = answer.json
    assert body["name"] == "Ali Valiyev"
    assert body["phone"] == "+998901234567"
    assert body["balance"] == "0.00"
    assert body["points"] == "0.00"
    assert len(body["number"]) == 8
    assert body["number"].isdigit()
    assert cashier.get(f"/api/clients/{body['id']}").json["name"] == "Ali Valiyev"


def test_sending_a_customer_twice_makes_one(cashier: Api) -> None:
    body = {"name": "Ali", "phone": "901234567", "client_uuid": str(uuid4())}
    first = cashier.post("/api/clients", body)
    again = cashier.post("/api/clients", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert len(cashier.get("/api/clients").json["items"]) == 1


def test_the_same_uuid_with_another_customer_is_refused(cashier: Api) -> None:
    body = {"name": "Ali", "client_uuid": str(uuid4())}
    cashier.post("/api/clients", body)
    answer = cashier.post("/api/clients", body | {"name": "Vali"})
    assert answer.status_code == 409
    assert answer.json["code"] == "client_uuid_reused"


def test_a_repetition_after_an_edit_gives_the_edited_customer(cashier: Api, manager: Api) -> None:
    body = {"name": "Ali", "client_uuid": str(uuid4())}
    made = cashier.post("/api/clients", body).json
    manager.put(f"/api/clients/{made['id']}", {"name": "Ali aka"})
    answer = cashier.post("/api/clients", body)
    assert answer.status_code == 200
    assert answer.json["name"] == "Ali aka"


def test_a_phone_in_use_names_its_owner(cashier: Api) -> None:
    made = cashier.post("/api/clients", {"name": "Ali", "phone": "+998901234567"}).json
    answer = cashier.post("/api/clients", {"name": "Vali", "phone": "90 123-45-67"})
    assert answer.status_code == 409
    assert answer.json["code"] == "phone_taken"
    assert answer.json["customer"] == {"id": made["id"], "name": "Ali"}


def test_another_shop_may_know_the_same_phone(
    stranger: Shop, cashier: Api, api_of: Callable[..., Api]
) -> None:
    assert cashier.post("/api/clients", {"name": "Ali", "phone": "901234567"}).status_code == 201
    other = api_of("stranger")
    assert other.post("/api/clients", {"name": "Ali", "phone": "901234567"}).status_code == 201


def test_a_stranger_finds_nobody(stranger: Shop, cashier: Api, api_of: Callable[..., Api]) -> None:
    made = cashier.post("/api/clients", {"name": "Ali", "phone": "901234567"}).json
    other = api_of("stranger")
    for answer in (
        other.get(f"/api/clients/{made['id']}"),
        other.put(f"/api/clients/{made['id']}", {"name": "X"}),
        other.delete(f"/api/clients/{made['id']}"),
        other.get(f"/api/clients/{made['id']}/statement"),
    ):
        assert answer.status_code == 404
    assert other.get("/api/clients?q=ali").json["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 1000}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": ["Ali"]}, "name"),
        ({"name": "Ali", "phone": "hello"}, "phone"),
        ({"name": "Ali", "phone": "123"}, "phone"),
        ({"name": "Ali", "phone": "9" * 41}, "phone"),
        ({"name": "Ali", "email": "nowhere"}, "email"),
        ({"name": "Ali", "credit_limit": "-1"}, "credit_limit"),
        ({"name": "Ali", "credit_limit": "NaN"}, "credit_limit"),
        ({"name": "Ali", "credit_limit": "1e30"}, "credit_limit"),
        ({"name": "Ali", "birth_date": "32.13.2020"}, "birth_date"),
        ({"name": "Ali", "birth_date": "0001-01-01"}, "birth_date"),
        ({"name": "Ali", "bin": "12"}, "bin"),
        ({"name": "Ali", "iin": "12345"}, "iin"),
        ({"name": "Ali", "tier": "diamond"}, "tier"),
        ({"name": "Ali", "price_type_id": 2**62}, "price_type_id"),
        ({"name": "Ali", "assigned_to": 2**62}, "assigned_to"),
        ({"name": "Ali", "client_uuid": "17"}, "client_uuid"),
        ({"name": "Ali", "contacts": [{}]}, "contacts"),
        ({"name": "Ali", "contacts": [{"first_name": "B"}] * 51}, "contacts"),
        ({"name": "Ali", "addresses": [{"address_line_1": "a", "latitude": "91"}]}, "addresses"),
        ({"name": "Ali", "balance": "100"}, "balance"),
    ],
)
def test_nonsense_is_told_by_field(manager: Api, body: dict[str, Any], field: str) -> None:
    answer = manager.post("/api/clients", body)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in answer.json["errors"]
    assert manager.get("/api/clients").json["items"] == []


def test_only_some_set_a_credit_limit(cashier: Api, manager: Api) -> None:
    refused = cashier.post("/api/clients", {"name": "Ali", "credit_limit": "1000000"})
    assert refused.status_code == 403
    assert refused.json["permission"] == "crm:customer:credit"
    made = manager.post("/api/clients", {"name": "Ali", "credit_limit": "1000000"})
    assert made.status_code == 201
    assert made.json["credit_limit"] == "1000000.00"


@pytest.mark.parametrize("facts", [{"tier": "gold"}, {"iin": "12345678901234"}, {"payment_terms": "net_60"}])
def test_who_only_adds_customers_does_not_decide_how_they_are_treated(
    cashier: Api, facts: dict[str, str]
) -> None:
    assert cashier.post("/api/clients", {"name": "Ali"} | facts).status_code == 403


def test_the_shops_limit_holds_where_there_is_no_own(shop: Shop, cashier: Api, manager: Api) -> None:
    made = cashier.post("/api/clients", {"name": "Ali"}).json
    assert made["credit_limit"] == "0.00"
    with shop.inside("owner"):
        from smartpos.identity.operations import save_settings

        save_settings({"default_credit_limit": "250000"}, actor=shop.actor("owner"))
    item = cashier.get(f"/api/clients/{made['id']}").json
    assert item["credit_limit"] == "250000.00"
    assert item["own_credit_limit"] is None


def test_changing_a_customer(cashier: Api, manager: Api) -> None:
    made = manager.post("/api/clients", {"name": "Ali", "phone": "901234567"}).json
    url = f"/api/clients/{made['id']}"
    assert cashier.put(url, {"name": "Vali"}).status_code == 403
    changed = manager.put(url, {"name": "Vali", "phone": None, "tier": "gold", "tags": ["vip", "vip"]})
    assert changed.status_code == 200
    assert changed.json["name"] == "Vali"
    assert changed.json["phone"] is None
    assert changed.json["tier"] == "gold"
    assert changed.json["tags"] == ["vip"]
    assert manager.put(url, {"name": ""}).status_code == 422
    other = manager.post("/api/clients", {"name": "Guli", "phone": "901234568"}).json
    taken = manager.put(url, {"phone": "901234568"})
    assert taken.status_code == 409
    assert taken.json["customer"]["id"] == other["id"]


def test_contacts_and_addresses(manager: Api) -> None:
    made = manager.post(
        "/api/clients",
        {
            "name": "Baraka MChJ",
            "type": "company",
            "contacts": [{"first_name": "Botir", "phone": "901112233"}, {"first_name": "Guli"}],
            "addresses": [{"address_line_1": "Navoiy 1", "type": "legal"}],
        },
    ).json
    url = f"/api/clients/{made['id']}"
    botir, guli = made["contacts"]
    assert botir["phone"] == "+998901112233"
    changed = manager.put(url, {"contacts": [{"id": guli["id"], "position": "Direktor"}]}).json
    assert [(line["id"], line["first_name"], line["position"]) for line in changed["contacts"]] == [
        (guli["id"], "Guli", "Direktor")
    ]
    assert changed["addresses"][0]["address_line_1"] == "Navoiy 1"
    assert manager.put(url, {"contacts": [{"id": botir["id"], "first_name": "X"}]}).status_code == 422
    assert manager.get("/api/clients?q=guli").json["items"][0]["id"] == made["id"]
    assert manager.get("/api/clients?q=botir").json["items"] == []


def test_only_an_admin_deletes_and_only_a_settled_account(
    shop: Shop, manager: Api, api_of: Callable[..., Api], enter: Callable[..., int]
) -> None:
    made = manager.post("/api/clients", {"name": "Ali", "phone": "901234567"}).json
    url = f"/api/clients/{made['id']}"
    admin = api_of("admin")
    assert manager.delete(url).status_code == 403
    enter(made["id"], "-5000")
    refused = admin.delete(url)
    assert refused.status_code == 409
    assert refused.json["code"] == "account_not_empty"
    assert refused.json["balance"] == "-5000.00"
    enter(made["id"], "5000", day=1)
    assert admin.delete(url).status_code == 204
    for answer in (admin.get(url), admin.put(url, {"name": "X"}), admin.delete(url)):
        assert answer.status_code == 404
    assert admin.get("/api/clients?q=ali").json["items"] == []
    # The number is free for whoever has it now.
    assert manager.post("/api/clients", {"name": "Vali", "phone": "901234567"}).status_code == 201


def test_points_keep_a_customer(manager: Api, api_of: Callable[..., Api], enter: Callable[..., int]) -> None:
    from decimal import Decimal

    made = manager.post("/api/clients", {"name": "Ali"}).json
    enter(made["id"], "0", kind="sale", points_earned=Decimal(10))
    assert api_of("admin").delete(f"/api/clients/{made['id']}").status_code == 409


def test_an_iin_is_kept_from_everybody_who_need_not_see_it(shop: Shop, manager: Api, cashier: Api) -> None:
    secret = "12345678901234"
    made = manager.post("/api/clients", {"name": "Ali", "iin": "123 456 789 012 34"}).json
    url = f"/api/clients/{made['id']}"
    assert made["iin"] == secret
    assert "iin" not in cashier.get(url).json
    for answer in (cashier.get("/api/clients"), manager.get("/api/clients?q=ali")):
        assert secret not in answer.get_data(as_text=True)
    with shop.inside("owner"):
        stored = db.session.get(Customer, made["id"])
        assert stored is not None
        assert stored.iin is not None
        assert secret.encode() not in stored.iin
        assert decrypt(stored.iin) == secret
        trail = db.session.scalars(select(AuditLog).where(AuditLog.entity_type == "customers")).all()
        assert trail
        assert all(entry.new_values.get("iin") in (None, "***") for entry in trail)
        assert secret not in str([entry.new_values for entry in trail])
        words = db.session.scalars(text("SELECT word FROM customer_words")).all()
        assert secret not in words


def test_who_may_not_see_accounts_sees_no_balance(
    shop: Shop, manager: Api, api_of: Callable[..., Api]
) -> None:
    from sqlalchemy import delete

    from smartpos.identity.models import RolePermission

    made = manager.post("/api/clients", {"name": "Ali"}).json
    with shop.inside("owner"):
        db.session.execute(delete(RolePermission).where(RolePermission.permission == "crm:account:read"))
    cashier = api_of("cashier")
    item = cashier.get(f"/api/clients/{made['id']}").json
    assert item["balance"] is None
    assert item["points"] is None
    assert cashier.get(f"/api/clients/{made['id']}/statement").status_code == 403
