"""Transfers: what may be asked for, and where goods, values and lots are at every step."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from smartpos.catalog.models import ProductType
from smartpos.core.db import db
from smartpos.core.errors import Forbidden, Invalid
from smartpos.identity.operations import save_settings
from smartpos.stock.errors import (
    BranchNotFound,
    LotOfAnotherProduct,
    NotEnoughStock,
    NotInStock,
    TransferInOtherState,
    TransferUuidReused,
    UnknownGoods,
    UnknownLots,
)
from smartpos.stock.models import InventoryMovement, StockAdjustment, StockTransfer, TransferStatus
from smartpos.stock.operations.transfers import (
    approve_transfer,
    cancel_transfer,
    reject_transfer,
)
from smartpos.stock.queries.transfers import acts_of
from tests.cast import Shop
from tests.stock.movers import (
    approve,
    ask,
    disagreements,
    holds,
    lines_of,
    lots_in,
    moved,
    receive,
    sent,
    ship,
    status,
    transit,
    with_lots,
)


def test_goods_lie_in_transit_between_the_branches(shop: Shop) -> None:
    milk, bread = shop.product(stock="10", cost="100"), shop.product(stock="8", cost="50")
    number = ask(shop, (milk, "4"), (bread, "3"))
    assert status(shop, number) == "pending"
    approve(shop, number)
    assert moved(shop) == 0
    ship(shop, number)
    place = transit(shop)
    assert status(shop, number) == "in_transit"
    assert holds(shop, milk, shop.branch_id) == (6, 600)
    assert holds(shop, milk, place) == (4, 400)
    assert holds(shop, milk, shop.warehouse_id) == (0, 0)
    assert [(line.quantity, line.value) for line in lines_of(shop, number)] == [(4, 400), (3, 150)]
    assert disagreements(shop) == []
    receive(shop, number)
    assert status(shop, number) == "completed"
    assert holds(shop, milk, place) == (0, 0)
    assert holds(shop, milk, shop.warehouse_id) == (4, 400)
    assert holds(shop, bread, shop.warehouse_id) == (3, 150)
    assert [line.received_quantity for line in lines_of(shop, number)] == [4, 3]
    assert disagreements(shop) == []
    with shop.inside():
        assert db.session.scalar(select(func.count()).select_from(StockAdjustment)) == 2  # the openings
        row = db.session.get(StockTransfer, number)
        assert row is not None
        people = (row.created_by, row.approved_by, row.shipped_by, row.completed_by)
        assert people == tuple(shop.users[who] for who in ("warehouse", "manager", "warehouse", "warehouse"))
        assert row.completed_at is not None and row.number == "T-000001"


def test_goods_keep_the_value_they_had_when_they_left(shop: Shop) -> None:
    milk = shop.product(stock="3", cost="33.3333")
    first = sent(shop, (milk, "1"))
    from smartpos.stock.operations import Movement, post_movements

    with shop.inside("warehouse"):  # the price at the source changes while goods are on their way
        post_movements(
            [Movement(milk, Decimal(10), Decimal(900))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor("warehouse"),
        )
    second = sent(shop, (milk, "2"))
    value = {one: lines_of(shop, one)[0].value for one in (first, second)}
    assert value[first] == Decimal("33.3333")
    assert value[second] > 1000
    receive(shop, second)
    assert holds(shop, milk, shop.warehouse_id) == (2, value[second])
    receive(shop, first)
    assert holds(shop, milk, shop.warehouse_id) == (3, value[first] + value[second])
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


@pytest.mark.parametrize(("quantity", "error"), [("0", Invalid), ("-1", Invalid), ("999999999999", Invalid)])
def test_a_line_needs_a_quantity(shop: Shop, quantity: str, error: type[Exception]) -> None:
    milk = shop.product()
    with pytest.raises(error):
        ask(shop, (milk, quantity))


def test_what_cannot_be_asked_for(shop: Shop, stranger: Shop) -> None:
    milk, service = shop.product(), shop.product(stock=None, type=ProductType.SERVICE)
    with pytest.raises(Invalid):
        ask(shop, (milk, "1"), to_branch_id=shop.branch_id)
    with pytest.raises(Invalid):
        ask(shop)
    with pytest.raises(Invalid):
        ask(shop, *[(milk, "1")] * 1001)
    with pytest.raises(BranchNotFound):
        ask(shop, (milk, "1"), to_branch_id=stranger.branch_id)
    with pytest.raises(BranchNotFound):
        ask(shop, (milk, "1"), to_branch_id=10**12)
    with pytest.raises(UnknownGoods):
        ask(shop, (stranger.product(), "1"))
    with pytest.raises(NotInStock):
        ask(shop, (milk, "1"), (service, "1"))
    with shop.inside():
        assert db.session.scalar(select(func.count()).select_from(StockTransfer)) == 0


def test_goods_are_not_sent_to_what_is_on_its_way(shop: Shop) -> None:
    milk = shop.product()
    sent(shop, (milk, "1"))
    with pytest.raises(BranchNotFound):
        ask(shop, (milk, "1"), to_branch_id=transit(shop))
    with pytest.raises(BranchNotFound):
        ask(shop, (milk, "1"), from_branch_id=transit(shop))


def test_lots_must_be_of_their_product(shop: Shop, stranger: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "5", 10))
    bread = shop.product(track_batches=True)
    with pytest.raises(LotOfAnotherProduct):
        ask(shop, (bread, "1", lots["A"]))
    with pytest.raises(UnknownLots):
        ask(shop, (milk, "1", 10**12))
    foreign = with_lots(stranger_as_shop(stranger), ("B", "1", 5))[1]["B"]
    with pytest.raises(UnknownLots):
        ask(shop, (milk, "1", foreign))


def stranger_as_shop(stranger: Shop) -> Shop:
    stranger.users |= {"warehouse": stranger.users["stranger"], "owner": stranger.users["stranger"]}
    return stranger


def test_more_than_is_there_is_refused_when_it_is_sent(shop: Shop) -> None:
    milk, bread = shop.product(stock="2"), shop.product(stock="1")
    number = ask(shop, (milk, "3"), (bread, "2"))
    approve(shop, number)
    with pytest.raises(NotEnoughStock) as caught:
        ship(shop, number)
    assert [line["product_id"] for line in caught.value.facts["lines"]] == [milk, bread]
    assert status(shop, number) == "approved"
    assert moved(shop) == 0
    assert disagreements(shop) == []


def test_two_lines_of_one_product_become_one(shop: Shop) -> None:
    milk = shop.product()
    number = ask(shop, (milk, "1"), (milk, "2.5"))
    assert [line.quantity for line in lines_of(shop, number)] == [Decimal("3.5")]


def test_the_same_request_again_is_the_first_transfer(shop: Shop) -> None:
    milk, name = shop.product(), uuid4()
    first = ask(shop, (milk, "1"), client_uuid=name)
    assert ask(shop, (milk, "1.000"), client_uuid=name) == first
    with pytest.raises(TransferUuidReused):
        ask(shop, (milk, "2"), client_uuid=name)
    with shop.inside():
        assert db.session.scalar(select(func.count()).select_from(StockTransfer)) == 1


def test_a_shop_may_do_without_approval(shop: Shop) -> None:
    milk = shop.product()
    with shop.inside("owner"):
        save_settings({"transfers_need_approval": False}, actor=shop.actor())
    number = ask(shop, (milk, "1"))
    assert status(shop, number) == "approved"
    ship(shop, number)
    assert status(shop, number) == "in_transit"


def test_each_act_has_its_state(shop: Shop) -> None:
    milk = shop.product()
    number = ask(shop, (milk, "1"))
    with pytest.raises(TransferInOtherState) as caught:
        ship(shop, number)
    assert caught.value.facts["state"] == "pending"
    with pytest.raises(TransferInOtherState):
        receive(shop, number)
    approve(shop, number)
    with pytest.raises(TransferInOtherState):
        approve(shop, number)
    with pytest.raises(TransferInOtherState), shop.inside("manager"):
        reject_transfer(number, reason="late", actor=shop.actor("manager"))
    ship(shop, number)
    with pytest.raises(TransferInOtherState):
        ship(shop, number)
    receive(shop, number)
    with pytest.raises(TransferInOtherState) as caught:
        receive(shop, number)
    assert caught.value.facts["state"] == "completed"
    with pytest.raises(TransferInOtherState), shop.inside("owner"):
        cancel_transfer(number, actor=shop.actor())
    assert disagreements(shop) == []


def test_a_rejected_transfer_says_why(shop: Shop) -> None:
    number = ask(shop, (shop.product(), "1"))
    with pytest.raises(Invalid), shop.inside("manager"):
        reject_transfer(number, reason="  ", actor=shop.actor("manager"))
    with shop.inside("manager"):
        row = reject_transfer(number, reason="Not needed", actor=shop.actor("manager"))
        assert (row.status, row.reason) == (TransferStatus.REJECTED, "Not needed")
        assert row.closed_by == shop.users["manager"]
    with pytest.raises(TransferInOtherState), shop.inside("manager"):
        approve_transfer(number, actor=shop.actor("manager"))


def test_cancelling_before_it_is_sent_moves_nothing(shop: Shop) -> None:
    milk = shop.product(stock="5", cost="10")
    number = ask(shop, (milk, "2"))
    approve(shop, number)
    with shop.inside("warehouse"):
        cancel_transfer(number, actor=shop.actor("warehouse"))
    assert status(shop, number) == "cancelled"
    assert moved(shop) == 0
    with pytest.raises(TransferInOtherState):
        ship(shop, number)


def test_cancelling_on_the_way_brings_goods_back_as_they_were(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "2", 3), ("B", "4", 30), cost="33.3333")
    plain = shop.product(stock="7", cost="14.2857")
    before = [holds(shop, one, shop.branch_id) for one in (milk, plain)]
    number = sent(shop, (milk, "3"), (plain, "2"))
    assert lots_in(shop, milk, transit(shop)) == {lots["A"]: 2, lots["B"]: 1}
    with pytest.raises(Forbidden), shop.inside("cashier"):
        cancel_transfer(number, actor=shop.actor("cashier"))
    with shop.inside("warehouse"):
        cancel_transfer(number, reason="No lorry", actor=shop.actor("warehouse"))
    assert [holds(shop, one, shop.branch_id) for one in (milk, plain)] == before
    assert lots_in(shop, milk, shop.branch_id) == {lots["A"]: 2, lots["B"]: 4}
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


def test_lots_go_first_expired_first_and_keep_their_identity(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("Old", "2", 1), ("Soon", "3", 5), ("Late", "5", 50))
    number = sent(shop, (milk, "4"))
    assert lots_in(shop, milk, transit(shop)) == {lots["Old"]: 2, lots["Soon"]: 2}
    receive(shop, number)
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["Old"]: 2, lots["Soon"]: 2}
    assert lots_in(shop, milk, shop.branch_id) == {lots["Soon"]: 1, lots["Late"]: 5}
    assert disagreements(shop) == []


def test_a_line_may_name_its_lot(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("Soon", "3", 5), ("Late", "5", 50))
    number = sent(shop, (milk, "2"), (milk, "4", lots["Late"]))
    receive(shop, number, (milk, "3", None, lots["Late"]))
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["Soon"]: 2, lots["Late"]: 3}
    assert lots_in(shop, milk, transit(shop)) == {}
    assert [(line.received_quantity, line.batch_id) for line in lines_of(shop, number)] == [
        (2, None),
        (3, lots["Late"]),
    ]
    assert disagreements(shop) == []
    again = ask(shop, (milk, "2", lots["Late"]))
    approve(shop, again)
    with pytest.raises(NotEnoughStock):
        ship(shop, again)


def test_goods_without_a_lot_do_not_take_anothers_lot_on_the_way(shop: Shop) -> None:
    loose = shop.product(stock="5", cost="100")
    from smartpos.catalog.models import Product
    from smartpos.stock.operations import Lot, Movement, post_movements

    first = sent(shop, (loose, "5"))
    with shop.inside("owner"):
        row = db.session.get(Product, loose)
        assert row is not None
        row.track_batches = True
    with shop.inside("warehouse"):
        post_movements(
            [Movement(loose, Decimal(4), Decimal(200), lot=Lot("A"))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor("warehouse"),
        )
    second = sent(shop, (loose, "4"))
    receive(shop, first)
    assert lots_in(shop, loose, shop.warehouse_id) == {}
    receive(shop, second)
    assert list(lots_in(shop, loose, shop.warehouse_id).values()) == [4]
    assert holds(shop, loose, shop.warehouse_id) == (9, 1300)
    assert disagreements(shop) == []


def test_what_is_missing_is_lost_on_the_way(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("Soon", "3", 5), ("Late", "5", 50), cost="33.3333")
    whole = holds(shop, milk, shop.branch_id)
    number = sent(shop, (milk, "5"))
    receive(shop, number, (milk, "3.5", "One box fell"))
    place = transit(shop)
    assert holds(shop, milk, place) == (0, 0)
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["Soon"]: 3, lots["Late"]: Decimal("0.5")}
    with shop.inside():
        act = acts_of(number)[0]
        assert (act.branch_id, act.reason.value, len(acts_of(number))) == (place, "loss", 1)
        assert "One box fell" in (act.notes or "")
        lost = db.session.execute(
            select(
                InventoryMovement.quantity,
                InventoryMovement.value,
                InventoryMovement.batch_id,
                InventoryMovement.branch_id,
            ).where(
                InventoryMovement.origin_kind == "stock_adjustment", InventoryMovement.origin_id == act.id
            )
        ).all()
    assert [(row.quantity, row.batch_id, row.branch_id) for row in lost] == [
        (Decimal("-1.5"), lots["Late"], place)
    ]
    left = [holds(shop, milk, branch) for branch in (shop.branch_id, shop.warehouse_id)]
    assert sum(quantity for quantity, _value in left) + Decimal("1.5") == whole[0]
    assert sum(value for _quantity, value in left) - lost[0].value == whole[1]
    line = lines_of(shop, number)[0]
    assert (line.received_quantity, line.discrepancy, line.note) == (
        Decimal("3.5"),
        Decimal("-1.5"),
        "One box fell",
    )
    assert disagreements(shop) == []


def test_what_is_too_many_is_found_on_arrival(shop: Shop) -> None:
    milk, bread = shop.product(stock="10", cost="100"), shop.product(stock="4", cost="20")
    number = sent(shop, (milk, "2"), (bread, "4"))
    receive(shop, number, (milk, "5", "Three too many"), (bread, "0", "The whole box is missing"))
    assert holds(shop, milk, shop.warehouse_id) == (5, 500)
    assert holds(shop, bread, shop.warehouse_id) == (0, 0)
    assert holds(shop, bread, transit(shop)) == (0, 0)
    with shop.inside():
        acts = {act.reason.value: act for act in acts_of(number)}
        assert set(acts) == {"loss", "found"}
        assert acts["found"].branch_id == shop.warehouse_id
    assert disagreements(shop) == []


def test_what_cannot_have_arrived(shop: Shop) -> None:
    milk, bread = shop.product(), shop.product()
    number = sent(shop, (milk, "2"))
    with pytest.raises(UnknownGoods):
        receive(shop, number, (bread, "1"))
    with pytest.raises(Invalid):
        receive(shop, number, (milk, "-1"))
    with pytest.raises(Invalid):
        receive(shop, number, (milk, "1"), (milk, "1"))
    assert status(shop, number) == "in_transit"
    assert disagreements(shop) == []


def statements(shop: Shop, lines: int) -> tuple[int, ...]:
    """How many statements each step of a transfer with a discrepancy takes."""
    products = [shop.product(stock="9", track_batches=place % 2 == 0) for place in range(lines)]
    with shop.app.app_context():
        engine: Any = db.engine
    taken: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        taken.append(statement)

    counts = []
    event.listen(engine, "before_cursor_execute", note)
    try:
        number = ask(shop, *[(product, "3") for product in products])
        counts.append(len(taken))
        approve(shop, number)
        taken.clear()
        ship(shop, number)
        counts.append(len(taken))
        taken.clear()
        receive(shop, number, (products[0], "1"), (products[-1], "4"))
        counts.append(len(taken))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return tuple(counts)


def test_statements_do_not_grow_with_lines(shop: Shop) -> None:
    statements(shop, 2)
    assert statements(shop, 4) == statements(shop, 40)


def test_expired_lots_are_sent_where_they_are_named_and_otherwise_last(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("OLD", "5", -3), ("NEW", "5", 9))
    first = sent(shop, (milk, "4"))
    assert lots_in(shop, milk, transit(shop)) == {lots["NEW"]: 4}
    receive(shop, first)
    named = sent(shop, (milk, "2", lots["OLD"]))
    assert lots_in(shop, milk, transit(shop)) == {lots["OLD"]: 2}
    receive(shop, named)
    sent(shop, (milk, "2"))
    assert lots_in(shop, milk, transit(shop)) == {lots["NEW"]: 1, lots["OLD"]: 1}
    assert disagreements(shop) == []
