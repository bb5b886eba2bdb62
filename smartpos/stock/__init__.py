"""What is where: the stock ledger and the levels it adds up to."""
