"""The workshop's recipes, machines and orders as rows: what the history has baked, and what is under way today."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.demo.bakery import BATCH, MACHINES, OPERATORS, ROTARY, Formula
from smartpos.demo.bulk import insert_rows
from smartpos.demo.cast import PLACES_BY_DUTY
from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.history import History
from smartpos.demo.numbers import Numbers
from smartpos.demo.people import Founded
from smartpos.demo.records import BakeRecord
from smartpos.identity.actors import Actor
from smartpos.identity.queries import system_actor
from smartpos.production.models import (
    BomComponent,
    Machine,
    MachineEvent,
    MachineLog,
    MachineStatus,
    OrderPriority,
    OrderStatus,
    OutputKind,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionOutput,
    ProductionSpell,
    ProductionUse,
)
from smartpos.production.operations.completing import CompletionRequest, complete_order
from smartpos.production.operations.machines import create_machine, log_upkeep, report_status
from smartpos.production.operations.orders import OrderRequest, create_order
from smartpos.production.operations.recipes import BomDraft, ComponentLine, activate_bom, copy_bom, create_bom
from smartpos.production.operations.scheduling import schedule_order
from smartpos.production.operations.working import pause_order, start_order

MANAGER = "manager"
PLANNED_AHEAD = timedelta(hours=9)
_COUNT = """
INSERT INTO document_counters (organization_id, kind, last_number)
VALUES (%(organization_id)s, 'production_order', %(last)s)
"""


class Workshop:
    """Writes the workshop of one history into the tenant in force."""

    def __init__(
        self,
        history: History,
        products: Sequence[DemoProduct],
        formulas: Mapping[int, Formula],
        *,
        numbers: Numbers,
        founded: Founded,
        now: datetime,
        zone: ZoneInfo,
    ) -> None:
        self._history = history
        self._products = products
        self._formulas = formulas
        self._numbers = numbers
        self._founded = founded
        self._now = now
        self._zone = zone
        self._place = founded.branches[PLACES_BY_DUTY.workshop]
        self._machines: list[int] = []
        self._boms: dict[int, int] = {}
        self._components: dict[tuple[int, int], int] = {}
        self._orders: dict[BakeRecord, int] = {}
        self._numbers_of: dict[BakeRecord, str] = {}
        self.completions: dict[BakeRecord, int] = {}

    def write_recipes(self) -> None:
        """Machines, and an active recipe of everything that is made, parts first."""
        actor = system_actor(self._founded.organization_id)
        operators = [self._founded.users[name] for name in OPERATORS]
        for plan in MACHINES:
            machine = create_machine(
                actor=actor,
                branch_id=self._place,
                code=plan.code,
                name=plan.name,
                kind=plan.kind,
                upkeep_every_days=plan.upkeep_days,
                operator_ids=[operators[plan.operator], operators[(plan.operator + 1) % len(operators)]],
            )
            self._machines.append(machine.id)
        for formula in sorted(self._formulas.values(), key=lambda one: not one.is_part):
            bom = create_bom(self._draft(formula), actor=actor)
            activate_bom(bom.id, actor=actor)
            self._boms[formula.product] = bom.id
        query = select(BomComponent.bom_id, BomComponent.component_id, BomComponent.id)
        self._components = {(bom_id, part): number for bom_id, part, number in db.session.execute(query)}

    def _draft(self, formula: Formula) -> BomDraft:
        return BomDraft(
            self._numbers.products[formula.product],
            BATCH,
            tuple(
                ComponentLine(self._numbers.products[material], quantity_per_unit=each)
                for material, each in formula.materials
            ),
            labor_cost=formula.labor,
            overhead_cost=formula.overhead,
            machine_id=self._machines[formula.machine],
            setup_time_minutes=5,
            production_time_minutes=12 if formula.is_part else 20,
        )

    def write_orders(self) -> None:
        """Every bake of the history as an order with what it took and yielded."""
        bakes = self._history.bakes
        ids = insert_rows(ProductionOrder, ORDER_COLUMNS, self._order_rows(), key=("number",))
        self._numbers_of = {bake: self._number(place) for place, bake in enumerate(bakes, start=1)}
        self._orders = {bake: ids[number,] for bake, number in self._numbers_of.items()}
        insert_rows(ProductionMaterial, MATERIAL_COLUMNS, self._material_rows())
        ids = insert_rows(
            ProductionCompletion, COMPLETION_COLUMNS, self._completion_rows(), key=("order_id",)
        )
        self.completions = {bake: ids[order_id,] for bake, order_id in self._orders.items()}
        insert_rows(ProductionUse, USE_COLUMNS, self._use_rows())
        insert_rows(ProductionOutput, OUTPUT_COLUMNS, self._output_rows())
        insert_rows(ProductionSpell, SPELL_COLUMNS, self._spell_rows())
        insert_rows(MachineLog, LOG_COLUMNS, self._log_rows())
        if bakes:
            send(_COUNT, {"organization_id": current_organization_id(), "last": len(bakes)})
            self._look_after_machines()

    def _number(self, number: int) -> str:
        return f"M-{number:06d}"

    def number_of(self, bake: BakeRecord) -> str:
        """The number of a bake's order."""
        return self._numbers_of[bake]

    def operator_of(self, bake: BakeRecord) -> int:
        """Who has made it."""
        return self._founded.users[OPERATORS[bake.operator]]

    def _order_rows(self) -> Iterator[tuple[Any, ...]]:
        manager = self._founded.users[MANAGER]
        for number, bake in enumerate(self._history.bakes, start=1):
            formula = self._formulas[bake.product]
            planned = (
                sum((each * self._cost(material) for material, each in formula.materials), Decimal(0))
                + (formula.labor + formula.overhead) / BATCH
            )
            yield (
                self._number(number),
                self._place,
                self._numbers.products[bake.product],
                self._boms[bake.product],
                bake.made,
                bake.good,
                bake.scrapped,
                OrderStatus.COMPLETED.value,
                OrderPriority.NORMAL.value,
                bake.begins,
                bake.at + timedelta(minutes=2),
                bake.at + timedelta(minutes=10),
                bake.begins,
                bake.at,
                self._machines[bake.machine],
                self.operator_of(bake),
                "Tungi",
                (planned * bake.made).quantize(Decimal("0.01")),
                bake.material,
                bake.labor,
                bake.overhead,
                bake.scrap,
                manager,
                bake.begins - PLANNED_AHEAD,
                bake.at,
            )

    def _cost(self, product: int) -> Decimal:
        return self._products[product].cost

    def _material_rows(self) -> Iterator[tuple[Any, ...]]:
        for bake, order_id in self._orders.items():
            for position, use in enumerate(bake.uses, start=1):
                component = self._components[self._boms[bake.product], self._numbers.products[use.product]]
                yield (
                    order_id,
                    position,
                    self._numbers.products[use.product],
                    component,
                    use.standard,
                    use.quantity,
                    self._cost(use.product),
                )

    def _completion_rows(self) -> Iterator[tuple[Any, ...]]:
        for bake, order_id in self._orders.items():
            formula = self._formulas[bake.product]
            standard = (
                sum((use.standard * self._cost(use.product) for use in bake.uses), Decimal(0))
                + (formula.labor + formula.overhead) * bake.made / BATCH
            )
            yield (
                order_id,
                self._place,
                self._numbers.products[bake.product],
                1,
                bake.good,
                bake.scrapped,
                bake.reason,
                bake.material,
                bake.labor,
                bake.overhead,
                bake.output,
                bake.scrap,
                standard.quantize(Decimal("0.0001")),
                self._machines[bake.machine],
                self.operator_of(bake),
                self.operator_of(bake),
                bake.at,
            )

    def _use_rows(self) -> Iterator[tuple[Any, ...]]:
        for bake, completion_id in self.completions.items():
            for use in bake.uses:
                product_id = self._numbers.products[use.product]
                yield completion_id, product_id, use.quantity, use.standard, use.value

    def _output_rows(self) -> Iterator[tuple[Any, ...]]:
        for bake, completion_id in self.completions.items():
            product_id = self._numbers.products[bake.product]
            yield completion_id, OutputKind.PRODUCT.value, product_id, bake.good, bake.output
            if bake.scrapped:
                yield completion_id, OutputKind.SCRAP.value, product_id, bake.scrapped, bake.scrap

    def _spell_rows(self) -> Iterator[tuple[Any, ...]]:
        for bake, order_id in self._orders.items():
            yield order_id, self.operator_of(bake), self._machines[bake.machine], bake.begins, bake.at

    def _log_rows(self) -> Iterator[tuple[Any, ...]]:
        if not self._orders:
            return
        opened = self._history.bakes[0].begins - timedelta(hours=2)
        rows: list[tuple[int, str, int | None, int, datetime]] = [
            (machine, MachineStatus.FREE.value, None, self._founded.users[MANAGER], opened)
            for machine in self._machines
        ]
        for bake, order_id in self._orders.items():
            machine, who = self._machines[bake.machine], self.operator_of(bake)
            rows.append((machine, MachineStatus.BUSY.value, order_id, who, bake.begins))
            rows.append((machine, MachineStatus.FREE.value, order_id, who, bake.at))
        for machine, status, order, who, at in sorted(rows, key=lambda row: row[4]):
            yield machine, MachineEvent.STATUS.value, status, order, who, at, at

    def _look_after_machines(self) -> None:
        """Upkeep that was done in time, and one that is due; machines are free since their last bake."""
        actor = system_actor(self._founded.organization_id)
        today = actor.organization.today
        for place, machine in enumerate(self._machines):
            days = MACHINES[place].upkeep_days
            log_upkeep(machine, today - timedelta(days=days if place == 2 else days // 2), actor=actor)
        last: dict[int, datetime] = {}
        for bake in self._history.bakes:
            last[self._machines[bake.machine]] = bake.at
        for machine, at in last.items():
            db.session.execute(update(Machine).where(Machine.id == machine).values(status_since=at))

    def play(self) -> None:
        """What the people of the workshop do at the moment of loading, by the operations of their pages.

        Tomorrow's orders are planned, one is in progress and completed in part, one is paused and late, an oven is
        under maintenance, and the next version of a recipe is being written.
        """
        if not self._history.bakes:
            return
        made = sorted(self._formulas.values(), key=lambda formula: formula.product)
        breads = [formula.product for formula in made if not formula.is_part]
        dough = next(formula.product for formula in made if formula.is_part)
        people = self._founded.users
        today = self._now.astimezone(self._zone).date()
        with self._founded.acting(MANAGER) as manager:
            self._plan(breads, datetime.combine(today + timedelta(days=1), time(3, 30), self._zone), manager)
            running = self._order(dough, Decimal(12), manager, operator_id=people[OPERATORS[0]])
            paused = self._order(
                breads[0],
                Decimal(6),
                manager,
                operator_id=people[OPERATORS[1]],
                priority=OrderPriority.HIGH,
                due_at=self._now - timedelta(hours=1),
            )
            report_status(
                self._machines[ROTARY],
                MachineStatus.MAINTENANCE,
                "Termoregulyator almashtirilmoqda",
                actor=manager,
            )
            copy_bom(self._boms[breads[0]], actor=manager)
        with self._founded.acting(OPERATORS[0]) as baker:
            start_order(running, actor=baker)
            complete_order(running, CompletionRequest(Decimal(5)), actor=baker)
        with self._founded.acting(OPERATORS[1]) as baker:
            start_order(paused, actor=baker)
            pause_order(paused, "Xamir kutilmoqda", actor=baker)

    def _plan(self, breads: Sequence[int], first: datetime, manager: Actor) -> None:
        """Orders of the coming night, one behind the other on each machine."""
        begins: dict[int, datetime] = {}
        for product in breads[:9]:
            plan = self._formulas[product].machine
            start = begins.get(plan, first)
            end = start + timedelta(minutes=40)
            begins[plan] = end + timedelta(minutes=5)
            order = self._order(
                product,
                Decimal(30),
                manager,
                operator_id=self._founded.users[OPERATORS[MACHINES[plan].operator]],
                due_at=first + timedelta(hours=4),
            )
            schedule_order(order, start, end, machine_id=self._machines[plan], actor=manager)

    def _order(self, product: int, quantity: Decimal, actor: Actor, **facts: Any) -> int:
        request = OrderRequest(
            product_id=self._numbers.products[product],
            quantity_to_produce=quantity,
            branch_id=self._place,
            **facts,
        )
        return create_order(request, actor=actor).id


ORDER_COLUMNS = (
    "number", "branch_id", "product_id", "bom_id", "quantity_to_produce", "quantity_completed", "quantity_scrapped",
    "status", "priority", "planned_start_at", "planned_end_at", "due_at", "started_at", "completed_at", "machine_id",
    "operator_id", "shift", "estimated_cost", "material_cost", "labor_cost", "overhead_cost", "scrap_cost",
    "created_by", "created_at", "updated_at",
)  # fmt: skip
MATERIAL_COLUMNS = (
    "order_id", "position", "product_id", "bom_component_id", "planned_quantity", "used_quantity", "unit_cost",
)  # fmt: skip
COMPLETION_COLUMNS = (
    "order_id", "branch_id", "product_id", "sequence_number", "quantity", "scrapped_quantity", "scrap_reason",
    "material_cost", "labor_cost", "overhead_cost", "output_cost", "scrap_cost", "standard_cost", "machine_id",
    "operator_id", "created_by", "completed_at",
)  # fmt: skip
USE_COLUMNS = ("completion_id", "product_id", "quantity", "standard_quantity", "value")
OUTPUT_COLUMNS = ("completion_id", "kind", "product_id", "quantity", "value")
SPELL_COLUMNS = ("order_id", "user_id", "machine_id", "started_at", "ended_at")
LOG_COLUMNS = ("machine_id", "event", "status", "order_id", "created_by", "occurred_at", "created_at")
