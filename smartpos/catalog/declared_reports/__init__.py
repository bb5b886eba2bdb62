"""What can be reported about goods."""
