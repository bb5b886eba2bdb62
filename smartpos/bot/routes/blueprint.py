"""What the pages of the bot hang on."""

from flask import Blueprint

blueprint = Blueprint("bot", __name__)
