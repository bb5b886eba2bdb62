"""Counts as people read them, wherever a message holds one."""

from flask import Flask, render_template_string
from flask_babel import force_locale, lazy_gettext, ngettext

from smartpos.core.admin.formatters import seconds
from smartpos.core.reports import Column, ColumnKind
from smartpos.reports.values import as_text

THIN = "\u202f"


def test_thousands_stand_apart_in_every_message(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert ngettext("%(num)d receipt", "%(num)d receipts", 1) == "1 receipt"
        assert ngettext("%(num)d receipt", "%(num)d receipts", 4422) == f"4{THIN}422 receipts"
        assert ngettext("%(num)s row of %(all)s", "%(num)s rows of %(all)s", 4422, all="9") == (
            f"4{THIN}422 rows of 9"
        )
        # Where the words of a plural are for a script, the script fills in the number.
        assert ngettext("%(count)s line", "%(count)s lines", 4422, count="{count}") == "{count} lines"
        shown = (
            '{{ ngettext("%(num)d receipt of %(who)s", "%(num)d receipts of %(who)s", 4422, who="<Ali>") }}'
        )
        assert render_template_string(shown) == f"4{THIN}422 receipts of &lt;Ali&gt;"
        assert render_template_string("{{ gettext('A %(b)s', b=1) }}") == "A 1"
        assert str(lazy_gettext("Total")) == "Total"
    with app.test_request_context(), force_locale("ru"):
        assert ngettext("%(num)d receipt", "%(num)d receipts", 4422) == f"4{THIN}422 чека"


def test_figures_follow_the_language(app: Flask) -> None:
    share = Column("share", "Share", ColumnKind.PERCENT)
    for locale, point in (("en", "."), ("ru", ","), ("uz", ",")):
        with app.test_request_context(), force_locale(locale):
            assert seconds(1.25) == f"1{point}2"
            assert seconds(0.0) == f"0{point}0"
            texts = [str(as_text(value, share)) for value in (12, 12.5, 12.25, 0)]
            assert texts == [f"12{point}00%", f"12{point}50%", f"12{point}25%", f"0{point}00%"]
