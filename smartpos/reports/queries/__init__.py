"""Questions about reports: what a person asks of one, and its rows and totals."""
