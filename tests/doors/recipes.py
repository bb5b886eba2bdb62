"""Recipes: bills of materials, their pages and their API."""

from tests.doors.door import Door, get, post

BOM_READ, BOM_WRITE, BOM_ACTIVATE = (f"production:bom:{act}" for act in ("read", "write", "activate"))

DOORS: dict[str, dict[str, Door]] = {
    # --- recipes -----------------------------------------------------------------------------------------------
    "production_api.Boms": {
        "GET": Door(BOM_READ),
        "POST": Door(
            BOM_WRITE,
            {
                "product_id": "{product_id}",
                "quantity": "1",
                "components": [{"component_id": "{material_id}", "quantity_per_unit": "0.3"}],
            },
        ),
    },
    "production_api.find_bom_goods": get(BOM_WRITE, query={"q": "non"}),
    "production_api.OneBom": {
        "GET": Door(BOM_READ),
        "PUT": Door(BOM_WRITE, {"name": "Non"}),
        "DELETE": Door(BOM_WRITE),
    },
    "production_api.activate_bom": post(BOM_ACTIVATE),
    "production_api.default_bom": post(BOM_ACTIVATE),
    "production_api.deactivate_bom": post(BOM_ACTIVATE),
    "production_api.archive_bom": post(BOM_ACTIVATE),
    "production_api.copy_bom": post(BOM_WRITE),
    "production.new_recipe": get(BOM_WRITE),
    "production.edit_recipe": get(BOM_WRITE),
    "production.recipe": get(BOM_READ),
    "production.recipe_sheet": get(BOM_READ, query={"quantity": "3"}),
    "production.compare_recipes": get(BOM_READ),
    "production.change_recipe_state": post(BOM_ACTIVATE, form={"to": "activate"}),
    "production.copy_recipe": post(BOM_WRITE),
    "production.delete_recipe": post(BOM_WRITE),
}
