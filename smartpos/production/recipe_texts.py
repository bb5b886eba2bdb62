"""The texts of the page on which a recipe is written, filled in by the browser (static/production/recipe.js).

A place like ``{name}`` is left for the browser.
"""

from flask_babel import gettext as _


def recipe_texts() -> dict[str, str]:
    """The texts of the editor."""
    return {
        "activate": _("Save and activate"),
        "activate_question": _("An active recipe never changes: a change is a new version. Activate it?"),
        "add_by_product": _("Add a by-product"),
        "add_substitute": _("Add a substitute"),
        "batch": _("A batch yields"),
        "by_products": _("By-products"),
        "by_products_hint": _("What comes out besides, and the share of all costs that it carries."),
        "by_products_share": _("Carried by by-products"),
        "choose_product": _("Choose what is made first."),
        "clear_all": _("Clear all"),
        "clear_question": _("Remove all lines?"),
        "cost": _("Cost"),
        "cost_now": _("What it costs now"),
        "cost_share": _("Share of costs, %"),
        "description": _("Description"),
        "instead_of": _("Instead of %(name)s", name="{name}"),
        "instructions": _("How it is made"),
        "instructions_hint": _("Operators read this at their place of work, and it is printed on the sheet."),
        "keys": _(
            "Enter goes on to the next cell and after the last one to a new line. Arrows move between lines. "
            "A scanned code becomes a line. Ctrl+S saves."
        ),
        "labor": _("Labour"),
        "labor_cost": _("Labour per batch"),
        "lead_time_days": _("Lead time, days"),
        "line": _("Line"),
        "loss": _("Loss, %"),
        "machine": _("Usual machine"),
        "materials": _("Materials"),
        "material_cost": _("Materials"),
        "name": _("Name of the recipe"),
        "no_lines": _("A recipe needs at least one component."),
        "no_machine": _("Any"),
        "no_network": _("No connection"),
        "not_matched": _("Not matched"),
        "note": _("Note for this step"),
        "nothing_found": _("Nothing found"),
        "overhead": _("Overhead"),
        "overhead_cost": _("Overhead per batch"),
        "per_batch": _("For a batch"),
        "per_unit": _("For one unit"),
        "product": _("Product"),
        "production_time_minutes": _("Minutes per batch"),
        "qc_required": _("Quality is checked before good ones come into stock"),
        "quality_standard": _("What is checked"),
        "quantities": _("Quantities below are"),
        "quantity": _("Quantity"),
        "ratio": _("How much for one"),
        "remove": _("Remove line %(number)s", number="{number}"),
        "remove_name": _("Remove %(name)s", name="{name}"),
        "save": _("Save as draft"),
        "search": _("Scan, or type a name"),
        "setup_time_minutes": _("Minutes of preparation"),
        "step": _("Step"),
        "substitutes": _("Substitutes"),
        "times": _("Time, quality, instructions"),
        "total": _("Total"),
        "unit": _("Unit"),
        "unit_cost": _("One unit costs"),
        "unknown_code": _("Nothing here has the code %(code)s.", code="{code}"),
        "valid_from": _("Valid from"),
        "valid_to": _("Valid to"),
        "version": _("Version"),
        "version_hint": _("Left empty: the next one"),
        "what": _("What is made"),
        "wrong_cell": _("Line %(number)s: check “%(column)s”.", number="{number}", column="{column}"),
        "wrong_field": _("Check “%(name)s”.", name="{name}"),
    }
