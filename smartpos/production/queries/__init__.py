"""What is asked of production."""
