"""Shapes of the API of customers and suppliers."""
