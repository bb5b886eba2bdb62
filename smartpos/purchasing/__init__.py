"""Buying: orders to suppliers, what arrives, what it costs and what is owed for it."""
