"""Shapes of the stock API."""
