"""What the bot talks about. A dialog takes the chat and gives replies; it neither sends nor commits."""
