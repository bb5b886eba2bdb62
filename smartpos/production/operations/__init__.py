"""What happens in production."""
