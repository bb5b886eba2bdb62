"""Questions that need customers and their chats together."""
