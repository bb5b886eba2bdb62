"""Customers of the demo whom the back office knows well. Names and numbers are invented."""

from dataclasses import dataclass

from sqlalchemy import select

from smartpos.catalog.models import CustomerTier, PriceType
from smartpos.core.db import db
from smartpos.crm.models import AddressType, Customer, CustomerType, PaymentTerms
from smartpos.crm.operations import create_customer, update_customer
from smartpos.demo.goods import WHOLESALE
from smartpos.demo.regulars import COMPANIES
from smartpos.identity.actors import Actor


@dataclass(frozen=True, slots=True)
class Clients:
    """Those whom the counter meets, by id."""

    golden: int
    wholesale: int


def write_clients(*, actor: Actor) -> Clients:
    """Add companies and people with contacts and addresses, and complete one of the regulars."""
    price_type = db.session.execute(select(PriceType.id).where(PriceType.name == WHOLESALE)).scalar_one()
    wholesale, _is_new = create_customer(
        name="«Registon Savdo» MChJ",
        type=CustomerType.COMPANY,
        company_name="Registon Savdo",
        legal_name="«Registon Savdo» mas'uliyati cheklangan jamiyati",
        industry="Ulgurji savdo",
        bin="305678912",
        phone="+998901120001",
        email="buxgalteriya@registon.example",
        website="https://registon.example",
        credit_limit=5_000_000,
        payment_terms=PaymentTerms.NET_15,
        price_type_id=price_type,
        tags=["ulgurji", "hujjat bilan"],
        notes="Har juma kuni ertalab olib ketadi; hisobvaraq-faktura so'raydi.",
        contacts=[
            {
                "first_name": "Shuhrat",
                "last_name": "Xoliqov",
                "position": "Direktor",
                "mobile": "+998901120002",
                "is_primary": True,
                "is_decision_maker": True,
            },
            {
                "first_name": "Gulchehra",
                "last_name": "Nishonova",
                "position": "Bosh hisobchi",
                "department": "Buxgalteriya",
                "mobile": "+998901120003",
                "email": "g.nishonova@registon.example",
            },
        ],
        addresses=[
            {
                "type": AddressType.LEGAL,
                "address_line_1": "Mirobod ko'chasi 27",
                "city": "Toshkent",
                "postal_code": "100015",
                "is_primary": True,
                "is_default_billing": True,
            },
            {
                "type": AddressType.SHIPPING,
                "address_line_1": "Qo'yliq dehqon bozori, 14-ombor",
                "city": "Toshkent",
                "is_default_shipping": True,
                "notes": "Darvozadan kirgach chapga",
            },
        ],
        actor=actor,
    )
    golden, _is_new = create_customer(
        name="Madina Yo'ldosheva",
        phone="+998901120010",
        email="madina@mail.example",
        birth_date="1988-03-21",
        tier=CustomerTier.GOLD,
        credit_limit=1_000_000,
        address="Chilonzor 9-mavze, 12-uy, 40-xonadon",
        addresses=[
            {
                "type": AddressType.SHIPPING,
                "address_line_1": "Chilonzor 9-mavze, 12-uy, 40-xonadon",
                "city": "Toshkent",
                "is_primary": True,
                "is_default_shipping": True,
                "notes": "Domofon 40",
            }
        ],
        tags=["doimiy", "yetkazib berish"],
        actor=actor,
    )
    # Without a limit of their own: what the settings say holds.
    create_customer(
        name="Bahodir Qosimov",
        phone="+998901120011",
        payment_terms=PaymentTerms.PREPAYMENT,
        notes="Oldindan to'lov bilan buyurtma beradi.",
        actor=actor,
    )
    create_customer(
        name="Наталья Пак",
        phone="+998901120012",
        tier=CustomerTier.SILVER,
        credit_limit=300_000,
        source="Instagram",
        actor=actor,
    )
    _complete_regular(actor)
    return Clients(golden=golden.id, wholesale=wholesale.id)


def _complete_regular(actor: Actor) -> None:
    """The tea house has bought on credit all the time; here is who answers for it."""
    regular = db.session.scalars(select(Customer).where(Customer.name == COMPANIES[0])).first()
    if regular is None:
        return
    update_customer(
        regular,
        legal_name="«Anhor Choyxona» oilaviy korxonasi",
        bin="302345678",
        industry="Umumiy ovqatlanish",
        contacts=[
            {
                "first_name": "Hamid",
                "last_name": "Usmonov",
                "position": "Oshpaz",
                "mobile": "+998901120020",
                "is_primary": True,
            }
        ],
        addresses=[
            {
                "type": AddressType.LEGAL,
                "address_line_1": "Anhor bo'yi ko'chasi 3",
                "city": "Toshkent",
                "is_primary": True,
            }
        ],
        actor=actor,
    )
