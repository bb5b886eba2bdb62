"""Measurements of the running product: ``make bench``, or ``python -m bench checkout`` for one of them."""
