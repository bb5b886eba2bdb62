"""Telling people what matters: notices, their channels and settings, Telegram, e-mail, SMS, messages to customers."""
