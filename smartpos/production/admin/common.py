"""What the views of production share."""

from flask_babel import lazy_gettext as _l

PRODUCTION = _l("Production")
