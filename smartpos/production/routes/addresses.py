"""Where things of production are looked at."""

from flask import url_for


def order_address(order_id: int) -> str:
    """Where an order is looked at: on the board, with its window open."""
    return url_for("production.show_board", order=order_id)
