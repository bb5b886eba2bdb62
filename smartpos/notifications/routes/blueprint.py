"""Where the pages of notices hang."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)
