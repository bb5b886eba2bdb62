"""Reports, downloads, dashboards, notices and the bot."""

from tests.doors.door import SIGNED_IN, Door, get

REPORT = "sales:report:read"  # the door's report is "sales by day"

DOORS: dict[str, dict[str, Door]] = {
    # --- reports -----------------------------------------------------------------------------------------------
    "reports_api.list_reports": get(SIGNED_IN),
    "reports_api.read_report": get(REPORT),
}
