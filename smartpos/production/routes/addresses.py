"""Where things of production are looked at."""

from flask import url_for


def order_address(order_id: int) -> str:
    """Where an order is looked at: where the person of the request looks at orders."""
    return url_for("production.order", order_id=order_id)
