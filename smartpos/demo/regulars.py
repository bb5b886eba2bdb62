"""The regular customers of the demo: who they are, what they owe, and how many points they have."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from smartpos.catalog.models import CustomerTier
from smartpos.demo.records import ZERO, StorePlan

POINTS_PERCENT = 1
"""The demo's setting ``loyalty_percent``."""

MOST_BY_POINTS = 30
COMES, BUYS_ON_CREDIT, USES_POINTS, PAYS_DEBT = 0.17, 0.11, 0.12, 0.35
"""How many receipts are a regular's, and what these do."""

PATIENCE = timedelta(days=6)
DAYS_OF_CREDIT = (7, 14, 14, 30)
THOUSAND = Decimal(1000)

FIRST_NAMES = (
    "Aziz", "Gulnora", "Botir", "Dilfuza", "Erkin", "Feruza", "G'ayrat", "Hulkar", "Ilhom", "Kamola",
    "Laziz", "Mavluda", "Nodir", "Oydin", "Po'lat", "Ra'no", "Sanjar", "Toshxon", "Umida", "Xurshid",
)  # fmt: skip
LAST_NAMES = ("Abdullayev", "Ergashev", "Jo'rayev", "Mirzayev", "Nazarov", "Rahimov", "Sobirov", "Tursunov")
COMPANIES = ("Choyxona «Anhor»", "Bolalar bog'chasi 214", "«Lazzat» oshxonasi", "«Umid» MChJ")
WOMEN = {"Gulnora", "Dilfuza", "Feruza", "Hulkar", "Kamola", "Mavluda", "Oydin", "Ra'no", "Toshxon", "Umida"}


@dataclass(eq=False, slots=True)
class Regular:
    """A customer whom the shop knows. ``debt`` and ``points`` are as the history has come."""

    number: int
    name: str
    phone: str
    place: int
    tier: CustomerTier
    credit_limit: Decimal
    is_company: bool
    birth_date: date | None
    debt: Decimal = ZERO
    points: Decimal = ZERO
    owes_since: datetime | None = field(default=None)

    def earns(self, amount: Decimal) -> Decimal:
        """Whole points for an amount."""
        return (
            (amount * POINTS_PERCENT / 100).to_integral_value(rounding="ROUND_FLOOR") if amount > 0 else ZERO
        )


def find_regulars(
    stores: Sequence[StorePlan], random: Random, *, today: date | None = None, many: int = 64
) -> list[Regular]:
    """People of the neighbourhoods, and a few firms that buy much; the first of them has a birthday ``today``."""
    regulars = []
    for number in range(many):
        company = number % 16 == 15
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
        name = (
            COMPANIES[number // 16 % len(COMPANIES)] if company else f"{last}{'a' * (first in WOMEN)} {first}"
        )
        tier = random.choices(list(CustomerTier), (70, 18, 9, 3))[0]
        limit = random.choice((0, 200_000, 300_000, 500_000)) if not company else 3_000_000
        regulars.append(
            Regular(
                number=number,
                name=name,
                phone=f"+99890100{number:04}",
                place=stores[number % len(stores)].place,
                tier=tier,
                credit_limit=Decimal(limit),
                is_company=company,
                birth_date=None
                if company
                else date(random.randint(1955, 2004), random.randint(1, 12), 1 + number % 28),
            )
        )
    if today is not None:
        # 1988 had a 29th of February.
        regulars[0].birth_date = today.replace(year=1988)
    return regulars


def credit_for(regular: Regular, total: Decimal, random: Random) -> Decimal:
    """What of a receipt a regular buys on credit: nothing, all of it, or the larger part."""
    free = regular.credit_limit - regular.debt
    if random.random() > (BUYS_ON_CREDIT * 4 if regular.is_company else BUYS_ON_CREDIT) or free < THOUSAND:
        return ZERO
    wanted = total if random.random() < 0.7 else total // 2 // THOUSAND * THOUSAND
    return min(wanted, free // THOUSAND * THOUSAND)


def points_for(regular: Regular, total: Decimal, random: Random) -> Decimal:
    """The points that a regular pays with."""
    if regular.points < THOUSAND or random.random() > USES_POINTS:
        return ZERO
    return min(regular.points, (total * MOST_BY_POINTS / 100).to_integral_value(rounding="ROUND_FLOOR"))


def payment_of(regular: Regular, at: datetime, random: Random) -> Decimal:
    """What a regular brings of the debt when it has become time; 0 when it has not."""
    if regular.owes_since is None or at - regular.owes_since < PATIENCE or random.random() > PAYS_DEBT:
        return ZERO
    if random.random() < 0.6:
        return regular.debt
    return max(min(regular.debt, THOUSAND), regular.debt // 2 // THOUSAND * THOUSAND)
