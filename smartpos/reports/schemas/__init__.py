"""Shapes of what the API of reports takes and gives."""
