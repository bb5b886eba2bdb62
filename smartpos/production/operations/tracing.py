"""What production tells those who follow lots: a completion turns what it took into what it yielded."""

from smartpos.production.queries.orders import COMPLETION_ORIGIN
from smartpos.stock.queries.chains import declare_conversion

declare_conversion(COMPLETION_ORIGIN)
