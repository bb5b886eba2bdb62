"""What can be wrong with recipes, machines and production orders."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid, NotFound
from smartpos.core.figures import quantity_text


class BomNotFound(NotFound):
    """No such recipe, or one of a workspace that this person does not see."""

    code = "bom_not_found"
    title = _l("There is no such recipe")


class MachineNotFound(NotFound):
    """No such machine, or one of a branch that this person does not see."""

    code = "machine_not_found"
    title = _l("There is no such machine")


class OrderNotFound(NotFound):
    """No such production order, or one of a branch that this person does not see."""

    code = "production_order_not_found"
    title = _l("There is no such production order")


class CompletionNotFound(NotFound):
    """The order has yielded nothing of this number."""

    code = "completion_not_found"
    title = _l("This order has no such completion")


class ClientUuidReused(Conflict):
    """This ``client_uuid`` already stands for something with other contents."""

    code = "client_uuid_reused"
    title = _l("This document was already recorded with other contents")


class CircularRecipe(Invalid):
    """A product would be made of itself; ``path`` has the products' names on the way round."""

    code = "circular_recipe"

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(
            _("A product cannot be made of itself: %(path)s", path=" → ".join(path)), path=list(path)
        )


class UnitsDoNotConvert(Invalid):
    """A quantity in one unit of something that is counted in another; ``lines`` lists all of them."""

    code = "units_do_not_convert"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _("%(name)s (%(unit)s into %(own)s)", name=line["name"], unit=line["unit"], own=line["own_unit"])
            for line in lines
        )
        super().__init__(_("These units do not convert: %(names)s", names=names), lines=lines)


class BomInOtherState(Conflict):
    """The recipe's status does not allow what was asked; ``bom_status`` tells it."""

    code = "bom_in_other_state"

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence, bom_status=status)


class BomNotInForce(Conflict):
    """A recipe that is not active, or not valid on this day, is not produced by."""

    code = "bom_not_in_force"
    title = _l("This recipe is not in force")


class NothingToMakeItOf(Invalid):
    """A product that has no recipe in force, and none was named."""

    code = "no_recipe"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has no recipe in force.", name=name), name=name)


class OrderInOtherState(Conflict):
    """The order has gone too far, or not far enough; ``order_status`` tells how far."""

    code = "production_order_in_other_state"

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence, order_status=status)


class MachineIsBusy(Conflict):
    """Another order is in progress on the machine; ``order`` has its number."""

    code = "machine_is_busy"

    def __init__(self, machine: str, number: str) -> None:
        super().__init__(
            _("%(machine)s is busy with %(number)s.", machine=machine, number=number), order=number
        )


class MachineIsNotReady(Conflict):
    """The machine is under maintenance or off; ``machine_status`` tells which."""

    code = "machine_is_not_ready"

    def __init__(self, machine: str, status: str) -> None:
        super().__init__(
            _("%(machine)s is under maintenance or switched off.", machine=machine), machine_status=status
        )


class MachineInUse(Conflict):
    """The machine is needed: ``orders`` and ``recipes`` name what needs it (the first ten of each)."""

    code = "machine_in_use"

    def __init__(self, machine: str, orders: Sequence[str], recipes: Sequence[str]) -> None:
        super().__init__(
            _("%(machine)s is needed by: %(names)s", machine=machine, names=", ".join([*orders, *recipes])),
            orders=list(orders),
            recipes=list(recipes),
        )


class MachineIsBooked(Conflict):
    """The machine is planned for others at that time; ``orders`` lists them with their times."""

    code = "machine_is_booked"

    def __init__(self, machine: str, orders: list[dict[str, Any]]) -> None:
        numbers = ", ".join(order["number"] for order in orders)
        super().__init__(
            _("%(machine)s is planned for %(numbers)s at that time.", machine=machine, numbers=numbers),
            orders=orders,
        )


class NotAnOperatorOfIt(Conflict):
    """The machine has a list of who may run it, and this person is not on it."""

    code = "not_an_operator"

    def __init__(self, machine: str, person: str) -> None:
        super().__init__(_("%(person)s may not run %(machine)s.", machine=machine, person=person))


class AnotherOperatorWorks(Conflict):
    """Somebody else works on the order at this moment; ``operator`` has their name."""

    code = "another_operator_works"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s works on this order.", name=name), operator=name)


class MaterialsAreShort(Conflict):
    """Less is there than is needed; ``lines`` lists every material that is short."""

    code = "materials_are_short"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _(
                "%(name)s (%(requested)s needed, %(available)s there)",
                name=line["name"],
                requested=quantity_text(line["requested"]),
                available=quantity_text(line["available"]),
            )
            for line in lines
        )
        super().__init__(_("Materials are short: %(names)s", names=names), lines=lines)


class AboveTolerance(Invalid):
    """More was made than planned, beyond what the shop tolerates; ``most`` is what may still be completed."""

    code = "above_tolerance"

    def __init__(self, most: str) -> None:
        super().__init__(
            _(
                "This is more than planned. At most %(most)s may still be completed.",
                most=quantity_text(most),
            ),
            most=most,
        )


class QualityNotChecked(Invalid):
    """The order asks for a quality check before good ones come into stock."""

    code = "quality_not_checked"
    title = _l("Say whether the quality was checked and found good")


class GoodsAreGone(Conflict):
    """What was produced is sold, moved or used; ``lines`` lists every product of which less is left than came."""

    code = "goods_are_gone"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _(
                "%(name)s (%(available)s of %(requested)s left)",
                name=line["name"],
                available=quantity_text(line["available"]),
                requested=quantity_text(line["requested"]),
            )
            for line in lines
        )
        super().__init__(_("What was produced is no longer there: %(names)s", names=names), lines=lines)


class ProductionTooLarge(Invalid):
    """A quantity or an amount that the books cannot hold."""

    code = "production_too_large"
    title = _l("The quantities of this order are too large")
