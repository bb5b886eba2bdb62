"""What may be done with recipes, machines and production orders; and its settings."""

from flask_babel import lazy_gettext as _l

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.audit import protect_fields
from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class ProductionPermission(Permission):
    BOM_READ = "production:bom:read"
    BOM_WRITE = "production:bom:write"
    BOM_ACTIVATE = "production:bom:activate"
    MACHINE_READ = "production:machine:read"
    MACHINE_WRITE = "production:machine:write"
    MACHINE_OPERATE = "production:machine:operate"
    ORDER_READ = "production:order:read"
    ORDER_WRITE = "production:order:write"
    ORDER_WORK = "production:order:work"
    ORDER_ANY = "production:order:work_on_any"
    ORDER_REVERT = "production:order:revert"
    PLAN = "production:plan:make"
    REPORT_READ = "production:report:read"


P = ProductionPermission

declare(
    {
        P.BOM_READ: _l("See recipes"),
        P.BOM_WRITE: _l("Write recipes"),
        P.BOM_ACTIVATE: _l("Activate and archive recipes"),
        P.MACHINE_READ: _l("See machines"),
        P.MACHINE_WRITE: _l("Add and change machines and say who may run them"),
        P.MACHINE_OPERATE: _l("Report what a machine does: maintenance, off, upkeep done"),
        P.ORDER_READ: _l("See production orders"),
        P.ORDER_WRITE: _l("Make, schedule, change and cancel production orders"),
        P.ORDER_WORK: _l("Work on the own production orders: start, pause, complete"),
        P.ORDER_ANY: _l("Work on production orders of others"),
        P.ORDER_REVERT: _l("Take back what production orders have completed"),
        P.PLAN: _l("Plan production from needs"),
        P.REPORT_READ: _l("See the reports of production"),
    },
    {
        RoleKey.MANAGER: set(P),
        RoleKey.WAREHOUSE_MANAGER: {P.BOM_READ, P.MACHINE_READ, P.ORDER_READ},
        RoleKey.ACCOUNTANT: {P.BOM_READ, P.MACHINE_READ, P.ORDER_READ, P.REPORT_READ},
        RoleKey.OPERATOR: {P.MACHINE_READ, P.MACHINE_OPERATE, P.ORDER_READ, P.ORDER_WORK},
    },
)

protect_fields(
    {"material_cost", "labor_cost", "overhead_cost", "scrap_cost", "estimated_cost", "output_cost"},
    CatalogPermission.COST_READ,
)

declare_setting(
    Setting(
        "production_tolerance_percent",
        SettingKind.WHOLE,
        10,
        _l("How many per cent more than planned may be completed"),
        _l(
            "A production order that yields more than this above its plan is refused: change its quantity first."
        ),
    )
)
declare_setting(
    Setting(
        "production_reserves",
        SettingKind.BOOLEAN,
        True,
        _l("Scheduling a production order sets its materials aside"),
        _l("What is set aside is not available to other orders and transfers; it may still be sold."),
    )
)
declare_setting(
    Setting(
        "production_day_begins",
        SettingKind.WHOLE,
        8,
        _l("At what hour production begins"),
        _l("Orders are planned from this hour of a day on."),
        most=23,
    )
)
declare_setting(
    Setting(
        "production_day_ends",
        SettingKind.WHOLE,
        20,
        _l("At what hour production ends"),
        _l("So far the production board goes, unless an order is planned for later."),
        most=24,
    )
)
