"""Reports, downloads, dashboards, notices and the bot."""

from tests.doors.door import SIGNED_IN, Door, get, page, post

EXPORT = "reports:export:create"
REPORT = "sales:report:read"  # the door's report is "sales by day"
DASHBOARD = "reports:dashboard:read"

DOORS: dict[str, dict[str, Door]] = {
    # --- reports -----------------------------------------------------------------------------------------------
    "reports_api.list_reports": get(SIGNED_IN),
    "reports_api.read_report": get(REPORT),
    # --- downloads ---------------------------------------------------------------------------------------------
    "reports_api.list_exports": get(EXPORT),
    "reports_api.order": post(REPORT, {"report": "sales-by-day", "format": "csv", "filters": {}}),
    "reports_api.get_export": get(EXPORT, owner="owner"),
    "reports_api.cancel": {"DELETE": Door(EXPORT, owner="owner")},
    "downloads.page": get(EXPORT),
    "downloads.order": post(EXPORT, form={"list": "products", "format": "xlsx"}),
    "downloads.cancel": post(EXPORT, owner="owner"),
    "downloads.retry": post(EXPORT, owner="owner"),
    # Without a link that was signed for it nobody gets a file; tests/reports/test_download_links.py has good ones.
    "downloads.fetch": get(SIGNED_IN, finds="forbidden"),
    "reports.index": get(SIGNED_IN),
    "reports.report": get(REPORT),
    "reports.rows": get(REPORT),
    "reports.choices": get(REPORT),
    "reports_api.read_stats": get("reports:stats:read"),
    # Whoever may not download is told so by the order, as tests/reports/test_report_pages.py shows.
    "reports.download": post(REPORT, form={"format": "csv"}),
    "reports.save": page(REPORT, name="Savdo"),
    "reports.open_saved": get(SIGNED_IN, owner="owner"),
    "reports.edit_saved": {
        "GET": Door(SIGNED_IN, owner="owner"),
        "POST": Door(SIGNED_IN, form={"name": "Savdo"}, owner="owner"),
    },
    "reports.keep_filters": post(SIGNED_IN, owner="owner"),
    "reports.delete_saved": post(SIGNED_IN, owner="owner"),
    "reports.people": get("reports:saved:schedule"),
    # --- dashboards --------------------------------------------------------------------------------------------
    "dashboards.executive": get(DASHBOARD),
    "dashboards.executive_data": get(DASHBOARD),
    # Everybody of the cast who may see the reports of sales may see dashboards too.
    "dashboards.production": get("production:report:read"),
    "dashboards.production_data": get("production:report:read"),
    "dashboards.sales": get("sales:report:read"),
    "dashboards.sales_data": get("sales:report:read"),
    "dashboards.warehouse": get(DASHBOARD),
    "dashboards.warehouse_data": get(DASHBOARD),
}
