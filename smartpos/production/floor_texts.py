"""The texts of the operator's page, filled in by the browser. A place like ``{name}`` is left for the browser."""

from flask_babel import gettext as _

from smartpos.stock.count_texts import write_off_texts


def pause_reasons() -> list[str]:
    """Why work is usually interrupted; one touch each."""
    return [
        _("Break"),
        _("Material is missing"),
        _("The machine does not work"),
        _("Another order comes first"),
        _("End of the shift"),
    ]


def scrap_reasons() -> list[str]:
    """Why something usually goes wrong; one touch each."""
    return [
        _("Burnt"),
        _("Broken"),
        _("Wrong weight or size"),
        _("Bad material"),
        _("The machine failed"),
        _("Wrong settings"),
    ]


def floor_texts() -> dict[str, str]:
    """The texts of the page."""
    return {
        **write_off_texts(),
        **_list_texts(),
        **_order_texts(),
        **_completing_texts(),
        **_machine_texts(),
        **_sending_texts(),
    }


def _list_texts() -> dict[str, str]:
    return {
        "all": _("All"),
        "mine": _("Mine"),
        "my_orders": _("My orders today"),
        "nothing_mine": _("There is nothing for you to make now."),
        "nothing_mine_hint": _("New orders appear here by themselves."),
        "choose_order": _("Choose an order"),
        "choose_order_hint": _("Touch one in the list, or scan its sheet, its machine or the product."),
        "done_today": _("Done today"),
        "list_failed": _("The orders could not be loaded."),
        "scan_unknown": _("No order of yours has the code %(code)s.", code="{code}"),
        "scan_many": _("Several orders have this code: choose one."),
        "loading": _("Loading…"),
        "back": _("Back"),
        "late": _("Late"),
        "team": _("Team"),
        "nobody": _("Nobody's yet"),
        "try_again": _("Try again"),
        "shown_all": _("All orders"),
        "priority.urgent": _("Urgent"),
        "priority.high": _("High priority"),
        "priority.low": _("Low priority"),
        "status.pending": _("Waiting"),
        "status.scheduled": _("Planned"),
        "status.in_progress": _("In progress"),
        "status.on_hold": _("On hold"),
        "status.completed": _("Completed"),
        "status.cancelled": _("Cancelled"),
    }


def _order_texts() -> dict[str, str]:
    return {
        "start": _("Start"),
        "resume": _("Resume"),
        "pause": _("Pause"),
        "complete": _("Complete"),
        "to_make": _("To make"),
        "good": _("Good"),
        "scrap": _("Scrap"),
        "left": _("Left"),
        "planned": _("Planned"),
        "due": _("Due"),
        "worked": _("Worked"),
        "running": _("Running"),
        "works_here": _("%(name)s works on this order since %(time)s.", name="{name}", time="{time}"),
        "materials": _("Materials"),
        "no_materials": _("This order takes no materials."),
        "needed": _("needed"),
        "there": _("there"),
        "short": _("%(quantity)s %(unit)s missing", quantity="{quantity}", unit="{unit}"),
        "short_all": _("Not enough material for everything that is left"),
        "step": _("Step %(number)s", number="{number}"),
        "used": _("%(quantity)s used", quantity="{quantity}"),
        "instructions": _("How it is made"),
        "notes": _("Notes"),
        "quality_standard": _("Quality"),
        "made_so_far": _("Made so far"),
        "lot_number": _("Lot %(number)s", number="{number}"),
        "until": _("until %(day)s", day="{day}"),
        "operator": _("Operator"),
        "part_for": _("A part for %(number)s", number="{number}"),
        "started": _("Started: %(name)s", name="{name}"),
        "paused": _("Paused: %(name)s", name="{name}"),
        "why_pause": _("Why do you pause?"),
        "other_reason": _("Another reason"),
        "your_reason": _("Write why"),
        "put_on_hold": _("Put on hold"),
    }


def _completing_texts() -> dict[str, str]:
    return {
        "complete_title": _("What was made?"),
        "record": _("Record"),
        "recording": _("Sending…"),
        "recorded": _("Recorded: %(quantity)s %(unit)s", quantity="{quantity}", unit="{unit}"),
        "recorded_scrap": _(
            "Recorded: %(quantity)s %(unit)s, scrap %(scrap)s",
            quantity="{quantity}",
            unit="{unit}",
            scrap="{scrap}",
        ),
        "why_scrap": _("Why scrap?"),
        "delete_sign": _("Delete the last sign"),
        "was_checked": _("Was the quality checked and found good?"),
        "yes": _("Yes"),
        "no": _("No"),
        "what_is_wrong": _("What is wrong?"),
        "lot_and_expiry": _("Lot and expiry"),
        "lot": _("Lot"),
        "expires": _("Expires"),
        "used_materials": _("Materials used"),
        "used_as_planned": _("as the recipe says"),
        "used_otherwise": _("changed"),
        "reset": _("As the recipe says"),
        "finish": _("The order is finished with this"),
        "finish_hint": _("Nothing more will be made, although less is done than planned."),
        "more_than_left": _(
            "This is more than was left: %(quantity)s %(unit)s.", quantity="{quantity}", unit="{unit}"
        ),
        "nothing_typed": _("Enter how much was made."),
        "whole_numbers": _("Enter a whole number."),
        "wrong_material": _("This is not a quantity: %(name)s", name="{name}"),
        "bad_is_scrap": _("What was found bad is scrap: no good ones come of it."),
        "say_quality": _("Say whether the quality was checked."),
        "say_scrap": _("Say why there is scrap."),
        "kept": _("What you entered before is still here."),
        "close": _("Close"),
        "cancel": _("Cancel"),
    }


def _machine_texts() -> dict[str, str]:
    return {
        "machine": _("Machine"),
        "no_machine": _("Without a machine"),
        "change_machine": _("Another machine"),
        "choose_machine": _("Choose a machine"),
        "machine_state": _("What the machine does"),
        "report": _("Report its state"),
        "busy_with": _("busy with %(number)s", number="{number}"),
        "not_yours": _("You may not run it"),
        "machine_since": _("since %(time)s", time="{time}"),
        "machine_note": _("What is wrong, or what is being done"),
        "machine_changed": _("Noted: %(name)s", name="{name}"),
        "machine.free": _("Free"),
        "machine.busy": _("At work"),
        "machine.maintenance": _("Maintenance"),
        "machine.off": _("Off"),
    }


def _sending_texts() -> dict[str, str]:
    return {
        "no_network": _("No connection"),
        "kept_waiting": _("There is no connection. It is kept and sent as soon as there is one."),
        "waits": _("Waits to be sent"),
        "not_kept": _("This device keeps nothing. Do not close the page before everything is sent."),
        "signed_out": _("You are signed out. What you entered is kept on this device."),
        "sign_in": _("Sign in"),
        "refused": _("Not accepted: %(what)s", what="{what}"),
        "discard": _("Discard"),
        "open_again": _("Correct it"),
    }
