"""Where the endpoints of reports hang."""

from flask_smorest import Blueprint

blueprint = Blueprint("reports_api", __name__, url_prefix="/api", description="Reports and downloads")
