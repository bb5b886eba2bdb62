"""Recipes, machines and production orders."""

from tests.doors.door import Door, get, post

ORDER_READ, ORDER_WRITE, ORDER_WORK = (
    "production:order:read",
    "production:order:write",
    "production:order:work",
)
MACHINE_READ, MACHINE_OPERATE = "production:machine:read", "production:machine:operate"

DOORS: dict[str, dict[str, Door]] = {
    # --- the operator's page ------------------------------------------------------------------------------------
    "production.floor": get(ORDER_WORK),
    "production_api.list_floor": get(ORDER_WORK),
    "production_api.get_floor_order": get(ORDER_WORK),
    "production_api.find_floor_order": get(ORDER_WORK, query={"code": "M-1"}),
    "production_api.choose_order_machine": post(ORDER_WORK, {"machine_id": None}),
    # --- machines ----------------------------------------------------------------------------------------------
    "production.machines": get(MACHINE_READ),
    "production.machine": get(MACHINE_READ),
    "production.machine_labels": get(MACHINE_READ),
    "production.report_machine": post(MACHINE_OPERATE, form={"status": "off"}),
    "production.log_machine_upkeep": post(MACHINE_OPERATE),
    "production_api.list_machines": get(MACHINE_READ),
    "production_api.get_machine": get(MACHINE_READ),
    "production_api.get_machine_log": get(MACHINE_READ),
    "production_api.report_machine_status": post(MACHINE_OPERATE, {"status": "off"}),
    "production_api.log_machine_upkeep": post(MACHINE_OPERATE, {}),
}
