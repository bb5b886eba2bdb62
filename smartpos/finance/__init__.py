"""Money: the ledger of every cash box."""
