"""Shapes of the purchasing API."""
