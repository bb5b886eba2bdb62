"""Under which headings reports are found."""

from flask_babel import gettext as _

from smartpos.core.reports import ReportGroup


def group_label(group: ReportGroup) -> str:
    """What a group of reports is called."""
    labels = {
        ReportGroup.SALES: _("Sales"),
        ReportGroup.MONEY: _("Money"),
        ReportGroup.STOCK: _("Stock"),
        ReportGroup.PURCHASES: _("Purchases"),
        ReportGroup.PRODUCTION: _("Production"),
        ReportGroup.CUSTOMERS: _("Customers"),
        ReportGroup.PEOPLE: _("People"),
    }
    return str(labels[group])
