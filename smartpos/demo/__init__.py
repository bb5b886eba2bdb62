"""The demo tenants: a grocery chain with a history of sales, and a small neighbour."""
