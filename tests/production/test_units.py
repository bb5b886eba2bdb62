"""Units that convert: which may lead to which, and what a new shop starts with."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from smartpos.catalog.errors import InUse
from smartpos.catalog.models import Unit
from smartpos.catalog.operations import create_unit, delete_unit, update_unit
from smartpos.core.db import db
from smartpos.identity.errors import BadField
from tests.cast import Shop


def test_units_lead_to_one_base_and_convert_through_it(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        units = {unit.name: unit for unit in db.session.scalars(select(Unit))}
        assert units["g"].factor_to(units["kg"]) == Decimal("0.001")
        assert units["l"].factor_to(units["ml"]) == Decimal(1000)
        assert units["g"].factor_to(units["ml"]) is None
        tonne = create_unit(name="t", digits=3, base_unit_id=units["kg"].id, factor="1000", actor=actor)
        assert tonne.factor_to(units["g"]) == Decimal(1_000_000)
        for wrong in (
            {"base_unit_id": units["g"].id, "factor": "0.001"},  # grams lead to kilograms
            {"base_unit_id": 10**12, "factor": "1"},
            {"base_unit_id": units["kg"].id, "factor": None},
            {"base_unit_id": units["kg"].id, "factor": "0"},
            {"base_unit_id": None, "factor": "2"},
        ):
            with pytest.raises(BadField):
                create_unit(name="mg", actor=actor, **wrong)
        for other in (units["kg"], units["l"]):
            with pytest.raises(BadField):
                update_unit(units["kg"], base_unit_id=other.id, factor="1", actor=actor)
        with pytest.raises(InUse):
            delete_unit(units["l"], actor=actor)
        update_unit(tonne, name="tn", actor=actor)
        assert tonne.factor == 1000
        update_unit(tonne, base_unit_id=None, factor=None, actor=actor)
        assert tonne.factor_to(units["kg"]) is None
