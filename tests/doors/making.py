"""Recipes, machines and production orders."""

from tests.doors.door import Door, get, page, post

ORDER_READ, ORDER_WRITE, ORDER_WORK = (
    "production:order:read",
    "production:order:write",
    "production:order:work",
)
ORDER_REVERT = "production:order:revert"
MACHINE_READ, MACHINE_OPERATE = "production:machine:read", "production:machine:operate"
PLAN = "production:plan:make"

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
    # --- planning ----------------------------------------------------------------------------------------------
    "production.show_plan": get(PLAN),
    "production.follow_plan": post(PLAN),
    "production.made_choices": get(PLAN),
    "production.show_what_if": get(PLAN),
    "production.make_it_so": post(
        PLAN,
        form={
            "product": "{product_id}",
            "quantity": "1",
            "form_uuid": "5d2c1f3e-3b0c-4f7e-9a55-1c9f0f6e7a10",
        },
    ),
    "production.make_parts_of_order": post("production:order:write"),
    "production.show_board": get("production:order:read"),
    "production.board_rows": get("production:order:read"),
    "production.move_on_board": post(
        "production:order:write", {"order_id": "{order_id}", "start": "2030-01-31T08:00", "machine_id": None}
    ),
    "production_api.get_plan": get(PLAN, query={"branch_id": "{branch_id}"}),
    "production_api.get_what_if": get(
        PLAN, query={"branch_id": "{branch_id}", "product_id": "{product_id}", "quantity": "1"}
    ),
    # --- orders ------------------------------------------------------------------------------------------------
    "production_api.list_production_orders": get(ORDER_READ),
    "production_api.create_production_order": post(
        ORDER_WRITE,
        {"product_id": "{product_id}", "branch_id": "{branch_id}", "quantity_to_produce": "1"},
    ),
    "production_api.get_production_order": get(ORDER_READ),
    "production_api.change_production_order": {"PATCH": Door(ORDER_WRITE, {"notes": "tez"})},
    "production_api.set_production_materials": {
        "PUT": Door(ORDER_WRITE, {"items": [{"product_id": "{product_id}", "quantity": "1"}]})
    },
    "production_api.schedule_production_order": post(ORDER_WRITE, {"start": "2026-05-01T08:00:00Z"}),
    "production_api.start_production_order": post(ORDER_WORK),
    "production_api.pause_production_order": post(ORDER_WORK, {}),
    "production_api.complete_production_order": post(ORDER_WORK, {"quantity": "1"}),
    "production_api.finish_production_order": post(ORDER_WORK),
    "production_api.revert_production_order": post(ORDER_REVERT, {}),
    "production_api.cancel_production_order": post(ORDER_WRITE, {}),
    # --- orders in the office -----------------------------------------------------------------------------------
    "production.order": get(ORDER_READ),
    "production.new_order": page(ORDER_WRITE),
    "production.change_order": page(ORDER_WRITE),
    "production.schedule_order": page(ORDER_WRITE),
    "production.change_materials": page(ORDER_WRITE),
    "production.complete_order": page(ORDER_WORK),
    "production.work_order": get(ORDER_READ),
    "production_api.preview_order": get(
        ORDER_WRITE, query={"product_id": "{product_id}", "branch_id": "{branch_id}"}
    ),
}
