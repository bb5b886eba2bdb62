"""What is sent to customers: broadcasts and reminders."""
