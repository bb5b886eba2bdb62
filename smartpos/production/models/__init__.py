"""The tables of production."""

from smartpos.production.models.machines import (
    Machine,
    MachineEvent,
    MachineLog,
    MachineOperator,
    MachineStatus,
)
from smartpos.production.models.orders import (
    OrderPriority,
    OrderStatus,
    OutputKind,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionOutput,
    ProductionSpell,
    ProductionTeamMember,
    ProductionUse,
)
from smartpos.production.models.recipes import (
    BillOfMaterials,
    BomByProduct,
    BomComponent,
    BomStatus,
    BomSubstitute,
)

__all__ = [
    "BillOfMaterials",
    "BomByProduct",
    "BomComponent",
    "BomStatus",
    "BomSubstitute",
    "Machine",
    "MachineEvent",
    "MachineLog",
    "MachineOperator",
    "MachineStatus",
    "OrderPriority",
    "OrderStatus",
    "OutputKind",
    "ProductionCompletion",
    "ProductionMaterial",
    "ProductionOrder",
    "ProductionOutput",
    "ProductionSpell",
    "ProductionTeamMember",
    "ProductionUse",
]
