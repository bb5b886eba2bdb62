"""What can be wrong with a download."""

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, Invalid, NotFound


class TooManyExports(Conflict):
    """The person has so many downloads under way that another one would only stand in the queue."""

    code = "too_many_exports"
    title = _l("You have too many downloads under way")


class ExportIsOver(Conflict):
    """It has ended already, or it has not ended yet: what was asked for makes no sense now."""

    code = "export_is_over"
    title = _l("This download is not in that state any more")


class TooLongForPaper(Invalid):
    """More rows than a PDF may have."""

    code = "too_many_rows"
    title = _l("This is too long for a PDF")


class LinkNotGood(Forbidden):
    """The link to the file is forged, for somebody else, or too old."""

    code = "link_not_good"
    title = _l("This link is not good any more")


class FileIsGone(NotFound):
    """The time for which the file was kept is over."""

    title = _l("This file is not kept any more")
