"""The shop's Telegram bot: a door of the whole product, for customers and for those who run the shop."""
