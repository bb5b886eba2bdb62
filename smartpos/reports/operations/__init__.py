"""What reports do."""
