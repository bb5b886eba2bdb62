"""Recipes: versions, what they take over all their levels, what they cost, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Product, ProductType
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.production.errors import (
    BomInOtherState,
    BomNotFound,
    CircularRecipe,
    MachineNotFound,
    NothingToMakeItOf,
    UnitsDoNotConvert,
)
from smartpos.production.models import BillOfMaterials, BomComponent, BomStatus
from smartpos.production.operations.costing import refresh_costs
from smartpos.production.operations.recipe_reading import MOST_COMPONENTS
from smartpos.production.operations.recipes import (
    ComponentLine,
    SubstituteLine,
    activate_bom,
    archive_bom,
    change_bom,
    copy_bom,
    create_bom,
    deactivate_bom,
    delete_draft,
    draft_of,
    set_default_bom,
)
from smartpos.production.queries.recipe_costs import costs_of_boms
from smartpos.production.queries.recipes import (
    bom_in_force,
    bom_of,
    boms_in_force,
    explode,
    explode_product,
    where_used,
)
from smartpos.stock.errors import UnknownGoods
from tests.cast import Shop
from tests.production.recipes import draft, make_recipe, units_of
from tests.sales.test_statement_budget import statements


def test_a_recipe_lives_from_draft_to_archive_and_never_changes_once_it_is_active(shop: Shop) -> None:
    bread, flour, salt = shop.product("Non"), shop.product("Un", unit="kg"), shop.product("Tuz", unit="kg")
    first = make_recipe(shop, bread, "10", (flour, "0.35"), active=False)
    today = utc_now().date()
    with shop.inside("owner"):
        actor = shop.actor("owner")
        assert bom_in_force(bread, today) is None
        changed = change_bom(first, draft(bread, "20", (flour, "0.4"), (salt, "0.01", "0.1")), actor=actor)
        assert (changed.version, changed.quantity, changed.name) == ("1.0", Decimal(20), "Non")
        assert [part.sequence_number for part in changed.components] == [1, 2]
        activate_bom(first, actor=actor)
        assert bom_in_force(bread, today).id == first  # type: ignore[union-attr]
        for act in (change_bom, activate_bom, delete_draft):
            with pytest.raises(BomInOtherState):
                act(first, *([draft(bread, "1", (flour, "1"))] if act is change_bom else []), actor=actor)
        second = copy_bom(first, actor=actor)
        assert (second.version, second.copied_from_id, second.status) == ("1.1", first, BomStatus.DRAFT)
        assert [(part.component_id, part.scrap_factor) for part in second.components] == [
            (flour, Decimal(0)),
            (salt, Decimal("0.1")),
        ]
        third = copy_bom(first, version="2.0", actor=actor)
        assert copy_bom(third.id, actor=actor).version == "2.1"
        with pytest.raises(AlreadyTaken):
            copy_bom(first, version="2.0", actor=actor)
        activate_bom(second.id, make_default=False, actor=actor)
        assert bom_in_force(bread, today).id == first  # type: ignore[union-attr]
        set_default_bom(second.id, actor=actor)
        defaults = db.session.scalars(select(BillOfMaterials.id).where(BillOfMaterials.is_default))
        assert list(defaults) == [second.id]
        deactivate_bom(second.id, actor=actor)
        assert bom_in_force(bread, today).id == first  # type: ignore[union-attr]
        archive_bom(second.id, actor=actor)
        with pytest.raises(BomInOtherState):
            activate_bom(second.id, actor=actor)
        delete_draft(third.id, actor=actor)
        with pytest.raises(BomNotFound):
            bom_of(third.id)


def test_a_recipe_holds_on_its_days_alone(shop: Shop) -> None:
    bread, flour = shop.product("Non"), shop.product("Un", unit="kg")
    today = utc_now().date()
    always = make_recipe(shop, bread, "1", (flour, "0.35"))
    later = make_recipe(shop, bread, "1", (flour, "0.3"), valid_from=today + timedelta(days=10))
    over = make_recipe(shop, bread, "1", (flour, "0.2"), active=False, valid_to=today - timedelta(days=10))
    with shop.inside("owner"):
        assert boms_in_force([bread, flour], today)[bread].id == always
        assert boms_in_force([bread], today + timedelta(days=10))[bread].id == later
        assert bom_of(later).version == "1.1"
        with pytest.raises(Invalid):
            activate_bom(over, actor=shop.actor("owner"))


def test_an_explosion_adds_up_what_all_levels_take_and_knows_the_order(shop: Shop) -> None:
    cake, cream, dough = (
        shop.product("Tort"),
        shop.product("Krem", unit="kg"),
        shop.product("Xamir", unit="kg"),
    )
    flour, sugar = shop.product("Un", unit="kg"), shop.product("Shakar", unit="kg")
    make_recipe(shop, dough, "10", (flour, "0.6", "0.05"), (sugar, "0.1"))
    make_recipe(shop, cream, "5", (sugar, "0.5"))
    top = make_recipe(shop, cake, "1", (dough, "1.2"), (cream, "0.333333"), (sugar, "0.05"))
    today = utc_now().date()
    with shop.inside("owner"):
        found = explode(bom_of(top), Decimal(7), today)
        assert found.needs == {
            dough: Decimal("8.400"),
            cream: Decimal("2.333"),
            flour: Decimal("5.292"),  # 8.4 x 0.6 x 1.05
            sugar: Decimal("2.357"),  # 8.4 x 0.1 + 2.333331 x 0.5 + 7 x 0.05
        }
        assert set(found.leaves) == {flour, sugar}
        assert [set(level) for level in found.levels] == [{dough, cream}, {flour, sugar}]
        with pytest.raises(NothingToMakeItOf):
            explode_product(flour, Decimal(1), today)
        assert {(use.product, use.role) for use in where_used(sugar)} == {
            ("Xamir", "component"),
            ("Krem", "component"),
            ("Tort", "component"),
        }


def test_statements_of_an_explosion_are_counted_by_levels_not_by_width(shop: Shop) -> None:
    base = [shop.product(unit="kg", stock=None) for _turn in range(12)]
    below = [shop.product(unit="kg", stock=None) for _turn in range(6)]
    for place, product in enumerate(below):
        make_recipe(shop, product, "1", *((part, "0.5") for part in base[: place + 2]))
    top = shop.product(unit="kg", stock=None)
    narrow = make_recipe(shop, top, "1", (below[0], "1"))
    wide = make_recipe(shop, top, "1", *((part, "1") for part in (*below, *base)))
    today = utc_now().date()
    counts = []
    with shop.inside("owner"):
        for bom_id in (narrow, wide):
            bom = bom_of(bom_id)
            with statements() as sent:
                explode(bom, Decimal(3), today)
            counts.append(len(sent))
    assert counts[1] <= counts[0] <= 3 * 3


def test_a_circle_is_refused_with_the_way_round(shop: Shop) -> None:
    bread, dough, starter = shop.product("Non"), shop.product("Xamir"), shop.product("Xamirturush")
    make_recipe(shop, dough, "1", (starter, "0.1"))
    make_recipe(shop, bread, "1", (dough, "1"))
    with shop.inside("owner"):
        actor = shop.actor("owner")
        with pytest.raises(CircularRecipe) as refused:
            create_bom(draft(starter, "1", (bread, "0.2")), actor=actor)
        assert refused.value.facts["path"] == ["Xamirturush", "Non", "Xamir", "Xamirturush"]
        with pytest.raises(CircularRecipe):
            create_bom(draft(bread, "1", (bread, "0.2")), actor=actor)
    # Two drafts may close a circle that none of them closes alone; the second activation is refused.
    butter, milk = shop.product("Yog'"), shop.product("Sut")
    one = make_recipe(shop, butter, "1", (milk, "1"), active=False)
    other = make_recipe(shop, milk, "1", (butter, "1"), active=False)
    with shop.inside("owner"):
        activate_bom(one, actor=actor)
        with pytest.raises(CircularRecipe):
            activate_bom(other, actor=actor)
        db.session.rollback()


def test_costs_roll_up_over_levels_and_follow_what_things_cost(shop: Shop) -> None:
    flour = shop.product("Un", unit="kg", stock="100", cost="5000")
    water = shop.product("Suv", unit="kg", stock=None, cost="10")
    bran = shop.product("Kepak", unit="kg", stock=None, cost="0")
    dough, bread = shop.product("Xamir", unit="kg", stock=None), shop.product("Non", stock=None)
    low = make_recipe(
        shop,
        dough,
        "10",
        (flour, "0.6", "0.1"),
        (water, "0.4"),
        by_products=((bran, "0.05", "10"),),
        labor_cost="1000",
        overhead_cost="500",
    )
    top = make_recipe(shop, bread, "20", (dough, "0.5"), labor_cost="2000")
    with shop.inside("owner"):
        # 10 x (0.66 x 5000 + 0.4 x 10) = 33 040; with labour and overhead 34 540, of which bran carries a tenth.
        assert bom_of(low).material_cost == Decimal("33040")
        assert bom_of(top).material_cost == Decimal("31086")  # 20 x 0.5 x 34 540 x 0.9 / 10
        assert bom_of(top).total_cost == Decimal("33086")
    with shop.inside("owner"):
        db.session.get_one(Product, water).cost_price = Decimal(110)
    with shop.inside("owner"):
        actor = shop.actor("owner")
        assert costs_of_boms([low], actor.organization.today)[low].material == Decimal("33440")
        assert bom_of(low).material_cost == Decimal("33040")
        assert refresh_costs(actor=actor, product_ids=[bread]) == 0
        assert refresh_costs(actor=actor, product_ids=[water]) == 2
        assert bom_of(low).material_cost == Decimal("33440")
        assert bom_of(top).material_cost == Decimal("31446")
        units = select(BomComponent.unit_cost).where(BomComponent.bom_id == top)
        assert db.session.scalar(units) == Decimal("3144.6")
        assert refresh_costs(actor=actor) == 0


def test_quantities_are_written_in_any_unit_that_converts(shop: Shop) -> None:
    units = units_of(shop)
    bread, flour = shop.product("Non"), shop.product("Un", unit="kg")
    with shop.inside("owner"):
        actor = shop.actor("owner")
        per_batch = ComponentLine(flour, quantity_per_batch=Decimal(7000), unit_id=units["g"])
        bom = create_bom(replace(draft(bread, "20"), components=(per_batch,)), actor=actor)
        assert bom.components[0].quantity_per_unit == Decimal("0.35")
        db.session.expire_all()
        assert draft_of(bom).components[0].quantity_per_unit == Decimal(350)
        assert change_bom(bom.id, draft_of(bom), actor=actor).components[0].quantity_per_unit == Decimal(
            "0.35"
        )
        in_litres = ComponentLine(flour, Decimal(1), unit_id=units["ml"])
        with pytest.raises(UnitsDoNotConvert) as refused:
            create_bom(replace(draft(bread, "20"), components=(in_litres,)), actor=actor)
        assert refused.value.facts["lines"] == [
            {"product_id": flour, "name": "Un", "unit": "ml", "own_unit": "kg"}
        ]
        with pytest.raises(BadField):
            create_bom(
                replace(draft(bread, "20"), components=(replace(in_litres, unit_id=10**9),)), actor=actor
            )


def test_what_cannot_be_a_recipe_is_refused(shop: Shop, stranger: Shop) -> None:
    bread, flour = shop.product("Non"), shop.product("Un", unit="kg")
    service = shop.product("Yetkazish", type=ProductType.SERVICE, stock=None)
    foreign = stranger.product("Begona")
    with shop.inside("owner"):
        actor = shop.actor("owner")
        good = draft(bread, "1", (flour, "0.3"))
        line = good.components[0]
        for wrong in (
            replace(good, quantity=Decimal(0)),
            replace(good, quantity=Decimal("0.5")),  # bread is counted in pieces
            replace(good, product_id=service),
            replace(good, components=()),
            replace(good, components=(line,) * 2),
            replace(good, components=(replace(line, scrap_factor=Decimal("1.01")),)),
            replace(good, components=(replace(line, quantity_per_unit=Decimal(0)),)),
            replace(good, components=(replace(line, quantity_per_unit=Decimal("0.0000001")),)),
            replace(good, components=(replace(line, substitutes=(SubstituteLine(flour),)),)),
            replace(good, components=tuple(replace(line) for _turn in range(MOST_COMPONENTS + 1))),
            replace(good, labor_cost=Decimal(-1)),
            replace(good, setup_time_minutes=-1),
            replace(good, valid_from=utc_now().date(), valid_to=utc_now().date() - timedelta(days=1)),
            replace(good, version="1" * 21),
        ):
            with pytest.raises(Invalid):
                create_bom(wrong, actor=actor)
        for wrong in (
            replace(good, product_id=foreign),
            replace(good, product_id=10**12),
            replace(good, components=(replace(line, component_id=foreign),)),
        ):
            with pytest.raises(UnknownGoods):
                create_bom(wrong, actor=actor)
        with pytest.raises(MachineNotFound):
            create_bom(replace(good, machine_id=10**9), actor=actor)
        create_bom(replace(good, version="1.0"), actor=actor)
        with pytest.raises(AlreadyTaken):
            create_bom(replace(good, version="1.0"), actor=actor)
        with pytest.raises(BomNotFound):
            bom_of(10**20)
