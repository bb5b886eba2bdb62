"""Recipes, machines and production orders."""

from tests.doors.door import Door, get, post

ORDER_READ, ORDER_WRITE, ORDER_WORK = (
    "production:order:read",
    "production:order:write",
    "production:order:work",
)

DOORS: dict[str, dict[str, Door]] = {
    # --- the operator's page ------------------------------------------------------------------------------------
    "production.floor": get(ORDER_WORK),
    "production_api.list_floor": get(ORDER_WORK),
    "production_api.get_floor_order": get(ORDER_WORK),
    "production_api.find_floor_order": get(ORDER_WORK, query={"code": "M-1"}),
    "production_api.choose_order_machine": post(ORDER_WORK, {"machine_id": None}),
}
