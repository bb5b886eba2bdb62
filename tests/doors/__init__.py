"""Who may open what: every address of the product, written down by hand for ``test_permissions``.

A new endpoint is added here with the permission it asks for; the walk fails until it is.
"""

from tests.doors import goods, insight, making, people, recipes, selling
from tests.doors.door import PUBLIC, SIGNED_IN, Door
from tests.doors.views import VIEWS, View

DOORS: dict[str, dict[str, Door]] = (
    people.DOORS | goods.DOORS | making.DOORS | recipes.DOORS | selling.DOORS | insight.DOORS
)

__all__ = ["DOORS", "PUBLIC", "SIGNED_IN", "VIEWS", "Door", "View"]
