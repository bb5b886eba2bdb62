"""Production: recipes, machines, and the orders that turn materials into goods."""
