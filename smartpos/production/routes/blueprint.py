"""What the pages of production have in common."""

from flask import Blueprint

blueprint = Blueprint("production", __name__)
