"""Tills that sell to a running SmartPOS over HTTP and do not give up; the shop they sell in.

``python -m tests.running.trade TILLS`` founds the shop in the database of the environment and prints it as JSON.
"""

import contextlib
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

PASSWORD = "chidamli-kassir-42"
PRICE = Decimal(1000)
GOODS = 6
PLENTY = "1000000"
SECONDS = 15  # one attempt
PAUSE = 0.2
LATER = {408, 429, 500, 502, 503, 504}  # what is worth another attempt


def found_shop(tills: int) -> dict[str, Any]:
    """A shop with so many tills, each with its own cashier; commits."""
    from smartpos.catalog.operations import create_product
    from smartpos.core.db import db
    from smartpos.core.permissions import RoleKey
    from smartpos.core.tenancy import platform_scope, tenant_scope
    from smartpos.factory import create_app
    from smartpos.identity.models import BranchKind
    from smartpos.identity.operations import create_branch, create_organization, create_till, create_user
    from smartpos.identity.passwords import hash_password
    from smartpos.identity.queries import system_actor
    from smartpos.stock.operations import set_opening_balances

    with create_app().app_context():
        with platform_scope(reason="shop for the fault tests"):
            organization_id = create_organization(name="Chidam", domain="chidam").id
        with tenant_scope(organization_id):
            actor = system_actor(organization_id)
            branch = create_branch(name="Do'kon", kind=BranchKind.STORE, actor=actor)
            secret = hash_password(PASSWORD)
            till_ids = []
            for number in range(tills):
                till_ids.append(create_till(branch=branch, name=f"Kassa {number}", actor=actor).id)
                user = create_user(
                    username=f"kassir{number}", full_name="Kassir", role=RoleKey.CASHIER, actor=actor
                )
                user.password_hash = secret
                user.must_change_password = False
            products = [
                create_product(name=f"Non {number}", price=PRICE, actor=actor).id for number in range(GOODS)
            ]
            set_opening_balances(
                branch.id,
                [(number, Decimal(PLENTY), Decimal(700)) for number in products],
                notes="test",
                actor=actor,
            )
        db.session.commit()
    return {"tills": till_ids, "products": products}


@dataclass
class Tally:
    """What the tills met: the answers they got in the end, and what they had to bear on the way."""

    answers: Counter[int] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    sold: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Till:
    """A till with its cashier. It sends the same sale until an answer comes, as the real one does."""

    def __init__(self, url: str, number: int, tally: Tally, *, seed: int = 0) -> None:
        self.address = urlsplit(url).netloc
        self.number = number
        self.tally = tally
        self.random = random.Random(seed * 1000 + number)
        self.token = ""
        self.connection: http.client.HTTPConnection | None = None

    def sign_in(self, till_id: int) -> int:
        """Sign in and open a shift; gives its id."""
        form = urlencode({"username": f"kassir{self.number}", "password": PASSWORD})
        status, body = self.request(
            "POST", "/token", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert status == 200, body
        self.token = body["access_token"]
        status, body = self.post("/api/shifts/open", {"till_id": till_id, "opening_cash": "0"})
        assert status == 201, body
        return int(body["id"])

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        return self.request("POST", path, json.dumps(body).encode(), headers)

    def post_patiently(self, path: str, body: Any) -> tuple[int, Any]:
        """Post, and again while nobody is there to answer: what was killed comes back."""
        while True:
            self.hang_up()
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = self.post(path, body)
                if status not in LATER:
                    return status, answer
            time.sleep(PAUSE)

    def post_blindly(self, path: str, body: Any) -> None:
        """Send and care for no answer."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            self.post(path, body)

    def get(self, path: str) -> tuple[int, Any]:
        return self.request("GET", path, None, {"Authorization": f"Bearer {self.token}"})

    def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        connection = self.connection or http.client.HTTPConnection(self.address, timeout=SECONDS)
        self.connection = None
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.connection = connection
        return answer.status, json.loads(content) if content else {}

    def hang_up(self) -> None:
        """Drop the connection, for whoever was at its other end may be dead by now."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def forget_answer(self, path: str, body: Any) -> None:
        """Send a request and hang up before the answer comes."""
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        connection.request("POST", path, json.dumps(body).encode(), headers)
        time.sleep(self.random.random() / 50)
        connection.close()

    def sale(self, products: list[int]) -> dict[str, Any]:
        """A sale of one to three of these products, for cash."""
        chosen = self.random.sample(products, min(len(products), self.random.randint(1, 3)))
        items = [{"product_id": number, "quantity": self.random.randint(1, 3)} for number in chosen]
        total = sum(item["quantity"] for item in items) * PRICE
        return {
            "client_uuid": str(uuid4()),
            "items": items,
            "payments": [{"method": "cash", "amount": str(total)}],
        }

    def sell(self, body: dict[str, Any], *, lose_answers: float = 0, copies: int = 1) -> None:
        """Sell once, whatever happens on the way; notes the answer that counts."""
        while True:
            try:
                if self.random.random() < lose_answers:
                    self.forget_answer("/api/sell", body)
                    self._trouble("answer lost")
                if copies > 1:
                    self._send_copies(body, copies - 1)
                status, answer = self.post("/api/sell", body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.hang_up()
                self._trouble(type(error).__name__)
                time.sleep(PAUSE)
                continue
            if status in LATER:
                self._trouble(str(status))
                time.sleep(PAUSE)
                continue
            with self.tally.lock:
                self.tally.answers[status] += 1
                if status in {200, 201}:
                    self.tally.sold[body["client_uuid"]] = answer["id"]
                else:
                    self.tally.refused.append(json.dumps(answer))
            return

    def _send_copies(self, body: dict[str, Any], copies: int) -> None:
        twins = [Till(f"http://{self.address}", self.number, self.tally) for _copy in range(copies)]
        threads = []
        for twin in twins:
            twin.token = self.token
            threads.append(threading.Thread(target=twin.post_blindly, args=("/api/sell", body)))
            threads[-1].start()
        for thread in threads:
            thread.join(SECONDS)

    def _trouble(self, what: str) -> None:
        with self.tally.lock:
            self.tally.troubles[what] += 1


def at_once(works: list[Callable[[], None]]) -> list[threading.Thread]:
    """Start all of it in threads of its own."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


if __name__ == "__main__":
    sys.stdout.write(json.dumps(found_shop(int(sys.argv[1]))) + "\n")
