"""The words under which customers are found. Every path that changes a name, a phone or a number comes by here."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.search import fold
from smartpos.crm.models import Customer, CustomerContact, CustomerWord

LONGEST_WORD = 40
MOST_WORDS = 60
BATCH = 5000
# So many last digits of a phone number find it: what people say when they are asked for it.
ENDINGS = (4, 7)

_AS_IT_IS: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def phone_words(phone: str | None) -> list[str]:
    """The runs of digits under which a number (E.164) is found: whole, as dialled at home, and by its last digits."""
    digits = (phone or "").removeprefix("+")
    if not digits.isdigit():
        return []
    code = next((code for code in ("998", "7") if digits.startswith(code)), "")
    national = digits.removeprefix(code)
    found = [digits, national, *(national[-length:] for length in ENDINGS)]
    if code == "7":
        found.append(f"8{national}")
    return found


def words_of(
    texts: Iterable[str | None], phones: Iterable[str | None], numbers: Iterable[str | None]
) -> list[str]:
    """The words of a customer, each once: folded texts, runs of phone digits, numbers as they are."""
    words = [word for text in texts if text for word in fold(text).split()]
    words += [word for phone in phones for word in phone_words(phone)]
    words += [number for number in numbers if number and number.isalnum() and number.isascii()]
    return list(dict.fromkeys(word[:LONGEST_WORD].lower() for word in words))[:MOST_WORDS]


def index_customer(customer_id: int) -> None:
    """Index one customer after it was flushed; nothing is written when its words are the same as before."""
    rebuild_customer_search([customer_id])


def forget_customer(customer_id: int) -> None:
    """Take a customer out of the index."""
    db.session.execute(delete(CustomerWord).where(CustomerWord.customer_id == customer_id), **_AS_IT_IS)


def rebuild_customer_search(customer_ids: Collection[int] | None = None) -> int:
    """Index customers anew, all of the tenant's if none are named; gives how many.

    Set-based: for imports and loaders, which write rows past the operations.
    """
    done = 0
    for rows in _batches(customer_ids):
        _index(rows)
        done += len(rows)
    if customer_ids is None:
        deleted = select(Customer.id).where(Customer.deleted_at.is_not(None))
        db.session.execute(delete(CustomerWord).where(CustomerWord.customer_id.in_(deleted)), **_AS_IT_IS)
    return done


def _batches(customer_ids: Collection[int] | None) -> Iterable[Sequence[Any]]:
    facts = (
        select(
            Customer.id,
            Customer.customer_number,
            Customer.name,
            Customer.company_name,
            Customer.legal_name,
            Customer.phone,
            Customer.bin,
        )
        .where(Customer.deleted_at.is_(None))
        .order_by(Customer.id)
        .limit(BATCH)
    )
    if customer_ids is not None:
        wanted = sorted(customer_ids)
        for start in range(0, len(wanted), BATCH):
            yield db.session.execute(facts.where(Customer.id.in_(wanted[start : start + BATCH]))).all()
        return
    last = 0
    while rows := db.session.execute(facts.where(Customer.id > last)).all():
        yield rows
        last = rows[-1].id


def _index(rows: Sequence[Any]) -> None:
    ids = [row.id for row in rows]
    if not ids:
        return
    people: dict[int, list[Any]] = {}
    contacts = select(CustomerContact).where(
        CustomerContact.customer_id == func.any(bindparam("ids", ids, ARRAY(BigInteger))),
        CustomerContact.deleted_at.is_(None),
    )
    for contact in db.session.scalars(contacts):
        people.setdefault(contact.customer_id, []).append(contact)
    wanted: set[tuple[str, int]] = set()
    for row in rows:
        known = people.get(row.id, ())
        words = words_of(
            [row.name, row.company_name, row.legal_name, *(str(contact) for contact in known)],
            [row.phone, *(number for contact in known for number in (contact.phone, contact.mobile))],
            [row.customer_number, row.bin],
        )
        wanted.update((word, row.id) for word in words)
    _replace(ids, wanted)


def _replace(ids: list[int], wanted: set[tuple[str, int]]) -> None:
    """Bring the rows of these customers to what is wanted, touching only those that differ."""
    there = {
        (row.word, row.customer_id)
        for row in db.session.execute(
            select(CustomerWord.word, CustomerWord.customer_id).where(
                CustomerWord.customer_id == func.any(bindparam("ids", ids, ARRAY(BigInteger)))
            )
        )
    }
    if stale := sorted(there - wanted):
        gone = _pairs(stale, "gone")
        db.session.execute(
            delete(CustomerWord).where(
                CustomerWord.word == gone.c.word, CustomerWord.customer_id == gone.c.customer_id
            ),
            **_AS_IT_IS,
        )
    if fresh := sorted(wanted - there):
        rows = _pairs(fresh, "fresh")
        tenant = bindparam("tenant", current_organization_id(), BigInteger)
        db.session.execute(
            insert(CustomerWord).from_select(
                ["organization_id", "word", "customer_id"], select(tenant, rows.c.word, rows.c.customer_id)
            )
        )


def _pairs(pairs: list[tuple[str, int]], name: str) -> Any:
    return (
        func.unnest(
            bindparam(f"{name}_words", [word for word, _customer in pairs], ARRAY(Text)),
            bindparam(f"{name}_ids", [customer for _word, customer in pairs], ARRAY(BigInteger)),
        )
        .table_valued("word", "customer_id", name=name)
        .render_derived()
    )
