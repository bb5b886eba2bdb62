"""The tenants of the demo with their places, tills and people."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import tenant_scope
from smartpos.demo.cast import NEIGHBOUR, NEIGHBOUR_PLACE, PEOPLE, PLACES, STORES, Person, PlacePlan
from smartpos.demo.regulars import MOST_BY_POINTS, POINTS_PERCENT
from smartpos.identity.actors import Actor
from smartpos.identity.operations import (
    create_branch,
    create_organization,
    create_till,
    create_user,
    save_settings,
)
from smartpos.identity.passwords import check_pin, hash_password
from smartpos.identity.queries import actor_of_user, system_actor


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in, and the PIN made for them."""

    organization: str
    username: str
    full_name: str
    role: str
    pin: str


@dataclass(slots=True)
class Founded:
    """A tenant by its numbers; ``tills`` by till number, ``users`` by user name."""

    organization_id: int
    branches: list[int] = field(default_factory=list)
    tills: dict[int, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    logins: list[Login] = field(default_factory=list)

    @contextmanager
    def acting(self, username: str, till: int | None = None) -> Iterator[Actor]:
        """Somebody at work, perhaps at the till of that number, so that what is recorded names them."""
        user_id = self.users[username]
        with tenant_scope(self.organization_id, user_id=user_id):
            actor = actor_of_user(user_id)
            if actor is None:
                raise NotFound
            yield replace(actor, till_id=self.tills[till] if till else None)


def write_bahor(password: str) -> Founded:
    """The chain: three stores, a warehouse, a workshop, five tills, thirteen people."""
    organization = create_organization(
        name="Bahor",
        domain="bahor",
        legal_name="«Bahor Savdo» MChJ",
        bin="301234567",
        tax_id="326010001234",
        industry="Oziq-ovqat chakana savdosi",
        employee_count=len(PEOPLE),
        address=PLACES[0].address,
        phone="+998712000100",
        email="info@bahor.example",
        website="https://bahor.example",
    )
    founded = Founded(organization.id)
    with tenant_scope(organization.id):
        actor = system_actor(organization.id)
        _write_places(founded, PLACES, actor)
        for store in STORES:
            for till in store.tills:
                founded.tills[till.number] = create_till(
                    branch_id=founded.branches[store.place], name=till.name, number=till.number, actor=actor
                ).id
        _write_people(founded, "bahor", PEOPLE, password, actor)
        save_settings(
            {
                "receipt_header": "Bahor — har kuni yangi!",
                "receipt_footer": "Xaridingiz uchun rahmat! Спасибо за покупку!",
                "cash_limit_per_receipt": "25000000",
                "loyalty_percent": str(POINTS_PERCENT),
                "loyalty_most_percent": str(MOST_BY_POINTS),
            },
            actor=actor,
        )
    return founded


def write_navruz(password: str) -> Founded:
    """The neighbour: one shop, one till, one person, whose things nobody of the chain may see."""
    organization = create_organization(
        name="Navro'z",
        domain="navruz",
        industry="Oziq-ovqat chakana savdosi",
        address=NEIGHBOUR_PLACE.address,
    )
    founded = Founded(organization.id)
    with tenant_scope(organization.id):
        actor = system_actor(organization.id)
        _write_places(founded, (NEIGHBOUR_PLACE,), actor)
        founded.tills[1] = create_till(
            branch_id=founded.branches[0], name="1-kassa", receipt_width=58, actor=actor
        ).id
        _write_people(founded, "navruz", (NEIGHBOUR,), password, actor)
    return founded


def _write_places(founded: Founded, places: tuple[PlacePlan, ...], actor: Actor) -> None:
    for place in places:
        branch = create_branch(
            name=place.name, kind=place.kind, address=place.address, phone=place.phone, actor=actor
        )
        founded.branches.append(branch.id)


def _write_people(
    founded: Founded, domain: str, people: tuple[Person, ...], password: str, actor: Actor
) -> None:
    used: set[str] = set()
    for person in people:
        pin = new_pin(used)
        user = create_user(
            username=person.username,
            full_name=person.full_name,
            role=person.role,
            pin=pin,
            phone=person.phone,
            email=f"{person.username}@{domain}.example",
            job_title=person.job_title,
            hired_date=person.hired_date,
            default_branch_id=None if person.place is None else founded.branches[person.place],
            actor=actor,
        )
        # Whoever starts a demo chooses its password; it need not be one that a person would be allowed.
        user.password_hash = hash_password(password)
        founded.users[person.username] = user.id
        founded.logins.append(
            Login(domain, person.username, person.full_name, RoleKey(person.role).value, pin)
        )
    db.session.flush()


def new_pin(used: set[str]) -> str:
    """Four digits that are not easy to guess and nobody else has; added to ``used``."""
    while True:
        pin = f"{secrets.randbelow(10_000):04}"
        try:
            check_pin(pin)
        except Invalid:
            continue
        if pin not in used:
            used.add(pin)
            return pin
