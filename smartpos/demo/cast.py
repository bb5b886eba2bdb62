"""The places and people of the demo shops. Names are invented; telephone numbers end in runs nobody is given."""

from dataclasses import dataclass
from datetime import date

from smartpos.core.permissions import RoleKey
from smartpos.demo.records import StorePlan, TillPlan
from smartpos.demo.supply import Places
from smartpos.identity.models import BranchKind


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """A branch of the chain."""

    name: str
    kind: BranchKind
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. ``place`` is the position of the branch where they mostly are."""

    username: str
    full_name: str
    role: RoleKey
    phone: str
    job_title: str
    place: int | None = None
    hired_date: date | None = None


PLACES = (
    PlacePlan(
        "Chilonzor",
        BranchKind.STORE,
        "Toshkent sh., Chilonzor tumani, Bunyodkor shoh ko'chasi 18",
        "+998712000101",
    ),
    PlacePlan(
        "Yunusobod",
        BranchKind.STORE,
        "Toshkent sh., Yunusobod tumani, Amir Temur shoh ko'chasi 124",
        "+998712000102",
    ),
    PlacePlan(
        "Sergeli",
        BranchKind.STORE,
        "Toshkent sh., Sergeli tumani, Yangi Sergeli ko'chasi 41",
        "+998712000103",
    ),
    PlacePlan(
        "Markaziy ombor",
        BranchKind.WAREHOUSE,
        "Toshkent sh., Bektemir tumani, Oltintepa ko'chasi 7",
        "+998712000104",
    ),
    PlacePlan(
        "Novvoyxona",
        BranchKind.WORKSHOP,
        "Toshkent sh., Chilonzor tumani, Qatortol ko'chasi 60",
        "+998712000105",
    ),
)
PLACES_BY_DUTY = Places(stores=(0, 1, 2), warehouse=3, workshop=4)

STORES = (
    StorePlan(0, "Chilonzor", 0.42, 0.0, (TillPlan(1, "1-kassa", 0), TillPlan(2, "2-kassa", 1))),
    StorePlan(1, "Yunusobod", 0.36, -0.05, (TillPlan(3, "1-kassa", 2), TillPlan(4, "2-kassa", 3))),
    StorePlan(2, "Sergeli", 0.22, 0.12, (TillPlan(5, "1-kassa", 4),)),
)

CASHIERS = ("cashier", "cashier2", "cashier3", "cashier4", "cashier5", "cashier6")
"""In the order of the tills' ``cashier`` positions; the last one steps in on days off."""

PEOPLE = (
    Person("owner", "Rustam Qodirov", RoleKey.OWNER, "+998901110001", "Ta'sischi", None, date(2015, 3, 2)),
    Person(
        "admin", "Malika Yusupova", RoleKey.ADMIN, "+998901110002", "Administrator", None, date(2018, 9, 10)
    ),
    Person(
        "manager", "Sherzod Aliyev", RoleKey.MANAGER, "+998901110003", "Do'kon mudiri", 0, date(2019, 4, 15)
    ),
    Person("cashier", "Dilnoza Karimova", RoleKey.CASHIER, "+998901110004", "Kassir", 0, date(2022, 6, 1)),
    Person("cashier2", "Jasur Toshmatov", RoleKey.CASHIER, "+998901110005", "Kassir", 0, date(2023, 2, 13)),
    Person("cashier3", "Nargiza Ismoilova", RoleKey.CASHIER, "+998901110006", "Kassir", 1, date(2021, 10, 4)),
    Person("cashier4", "Bekzod Raximov", RoleKey.CASHIER, "+998901110007", "Kassir", 1, date(2024, 5, 20)),
    Person("cashier5", "Светлана Ким", RoleKey.CASHIER, "+998901110008", "Kassir", 2, date(2020, 1, 9)),
    Person("cashier6", "Otabek Nazarov", RoleKey.CASHIER, "+998901110009", "Kassir", 0, date(2025, 8, 18)),
    Person(
        "warehouse",
        "Ulug'bek Saidov",
        RoleKey.WAREHOUSE_MANAGER,
        "+998901110010",
        "Omborchi",
        3,
        date(2017, 11, 27),
    ),
    Person("operator", "Zulfiya Ergasheva", RoleKey.OPERATOR, "+998901110011", "Novvoy", 4, date(2019, 7, 8)),
    Person(
        "operator2", "Hamid Sobirov", RoleKey.OPERATOR, "+998901110012", "Tandirchi", 4, date(2020, 3, 16)
    ),
    Person(
        "operator3", "Lola Abdullayeva", RoleKey.OPERATOR, "+998901110013", "Qandolatchi", 4, date(2022, 9, 5)
    ),
)

NEIGHBOUR_PLACE = PlacePlan(
    "Navro'z market",
    BranchKind.STORE,
    "Samarqand sh., Registon ko'chasi 15",
    "+998662000101",
)
NEIGHBOUR = Person("stranger", "Alisher Hamroyev", RoleKey.OWNER, "+998901110020", "Ta'sischi", 0)
