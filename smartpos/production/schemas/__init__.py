"""Shapes of what the API of production takes and gives."""
