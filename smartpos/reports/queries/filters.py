"""Reading what somebody asks of a report: from an address, a request's body, a saved report or a download."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.fields import LARGEST_ID
from smartpos.core.reports import Asked, Filter, FilterKind, Report
from smartpos.identity.actors import Actor

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
USUAL_DAYS = 30
SORT = "sort"
PERIOD = "period"
MOVING = "moving"
"""Where ``Asked.values`` keeps the word of a period that moves with the days, such as ``yesterday``."""

PRESETS: dict[str, Any] = {
    "today": _l("Today"),
    "yesterday": _l("Yesterday"),
    "last_7_days": _l("Last 7 days"),
    "last_30_days": _l("Last 30 days"),
    "this_month": _l("This month"),
    "last_month": _l("Last month"),
    "this_year": _l("This year"),
    "last_year": _l("Last year"),
}
_LAST_DAYS = re.compile(r"last_([1-9][0-9]{0,4})_days")
_YES = frozenset(("1", "true", "yes", "on"))
_NO = frozenset(("", "0", "false", "no", "off"))
_LONGEST = 200


def period_of(word: str, today: date) -> tuple[date, date] | None:
    """The first and last day of a period told by its word; None for an unknown one."""
    found = _LAST_DAYS.fullmatch(word)
    if found:
        return today - timedelta(int(found[1]) - 1), today
    yesterday, first_of_month = today - timedelta(1), today.replace(day=1)
    last_of_month = first_of_month - timedelta(1)
    return {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this_month": (first_of_month, today),
        "last_month": (last_of_month.replace(day=1), last_of_month),
        "this_year": (today.replace(month=1, day=1), today),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }.get(word)


def read_filters(report: Report, args: Mapping[str, Any], actor: Actor) -> Asked:
    """What is asked of a report; what is not given has its default.

    ``args`` are those of an address or of a JSON body. Besides the filters they may carry ``period`` (a word of
    ``PRESETS`` or ``last_<n>_days``) instead of two days, and ``sort``: the key of a column that the person sees, "-"
    before it to descend. Raises Invalid naming every field that makes no sense.
    """
    reading = _Reading(report, args, actor)
    return Asked(reading.values(), actor, actor.organization.today, actor.organization.zone)


def asked_as_args(report: Report, asked: Asked, *, moving: bool = False) -> dict[str, Any]:
    """What was asked, as ``read_filters`` takes it and JSON keeps it; what is left open is left out.

    Days are pinned down, so that a download made after midnight is still what was ordered; with ``moving`` a period
    and "today" keep their words, so that "yesterday" is another day tomorrow.
    """
    args: dict[str, Any] = {}
    for one in report.filters:
        if one.kind is FilterKind.PERIOD:
            word = asked[MOVING]
            if moving and word:
                args[PERIOD] = word
            else:
                args |= {"from": asked.since.isoformat(), "to": asked.until.isoformat()}
            continue
        value = asked[one.name]
        if moving and one.default == "today" and value == asked.today:
            continue
        if value is None and one.default is not None:
            args[one.name] = ""  # all, where otherwise the default would be meant
        elif value is not None and (one.kind is not FilterKind.FLAG or value or one.default):
            args[one.name] = value.isoformat() if isinstance(value, date) else value
    if asked[SORT]:
        args[SORT] = asked[SORT]
    return args


class _Reading:
    """The arguments of one request, as they are understood."""

    def __init__(self, report: Report, args: Mapping[str, Any], actor: Actor) -> None:
        self.report = report
        self.args = args
        self.actor = actor
        self.today = actor.organization.today
        self.problems: dict[str, list[str]] = {}

    def values(self) -> dict[str, Any]:
        """The filters by name. Raises Invalid with all problems at once."""
        values: dict[str, Any] = {}
        known = {SORT}
        for one in self.report.filters:
            if one.kind is FilterKind.PERIOD:
                known |= {"from", "to", PERIOD}
                values |= self._period(one)
            else:
                known.add(one.name)
                values[one.name] = self._value(one)
        values[SORT] = self._sort()
        for name in self.args:
            if name not in known:
                self._refuse(str(name)[:60], _("This report has no such filter."))
        if self.problems:
            field, sentences = next(iter(self.problems.items()))
            raise Invalid(sentences[0], field=field, errors=self.problems)
        return values

    def _refuse(self, name: str, sentence: str) -> None:
        self.problems.setdefault(name, []).append(sentence)

    def _text(self, name: str) -> str:
        """What was given, as text; an argument given several times is refused."""
        given = self.args.get(name)
        if isinstance(given, list | tuple) and len(given) <= 1:
            given = given[0] if given else None
        if given is None:
            return ""
        if isinstance(given, bool):
            return "1" if given else "0"
        if not isinstance(given, str | int):
            self._refuse(name, _("Please choose one."))
            return ""
        text = str(given).strip()
        if len(text) > _LONGEST or "\x00" in text:
            self._refuse(name, _("There is no such choice."))
            return ""
        return text

    def _period(self, one: Filter) -> dict[str, Any]:
        word = self._text(PERIOD)
        usual = min(int(one.default or USUAL_DAYS), one.longest)
        since, until = self._day("from"), self._day("to")
        if since is None and until is None and not self.problems:
            word = word or f"last_{usual}_days"
            # Too many "last days" would begin before the calendar does.
            found = period_of(word, self.today) if not _is_too_long(word, one.longest) else None
            if found is None:
                self._refuse(PERIOD, self._too_long(one) if _LAST_DAYS.fullmatch(word) else _no_choice())
                return {}
            since, until = found
        else:
            word = ""
            if until is None:
                until = max(self.today, since or self.today)
            if since is None:
                since = max(until - timedelta(usual - 1), FIRST_DAY)
        if since > until:
            self._refuse("to", _("This is before the first day."))
        elif (until - since).days >= one.longest:
            self._refuse("from", self._too_long(one))
        return {"from": since, "to": until, MOVING: word or None}

    @staticmethod
    def _too_long(one: Filter) -> str:
        return str(
            _("This period is too long: at most %(days)s days can be looked at together.", days=one.longest)
        )

    def _day(self, name: str) -> date | None:
        text = self._text(name)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self._refuse(name, _("This is not a date."))
            return None
        if not FIRST_DAY <= day <= LAST_DAY:
            self._refuse(name, _("This date is out of range."))
            return None
        return day

    def _value(self, one: Filter) -> Any:
        if one.kind is FilterKind.FLAG:
            return self._flag(one)
        text = self._text(one.name)
        if not text and one.name not in self.args:
            # An empty field of a form means "all"; only what is not asked at all has the default.
            value = one.default() if callable(one.default) else one.default
            if one.kind is FilterKind.DAY and value == "today":
                value = self.today
        elif not text:
            value = None
        else:
            value = self._read(one, text)
        if value is None and one.required and one.name not in self.problems:
            self._refuse(one.name, _("Please choose one."))
        return value

    def _read(self, one: Filter, text: str) -> Any:
        match one.kind:
            case FilterKind.DAY:
                return self._day(one.name)
            case FilterKind.CHOICE:
                if text not in (one.choices or {}):
                    self._refuse(one.name, _no_choice())
                    return None
                return text
            case FilterKind.WHOLE:
                return self._whole(one, text)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0
        if not 0 < number <= LARGEST_ID or not _exists(one, number):
            self._refuse(one.name, _no_choice())
            return None
        return number

    def _whole(self, one: Filter, text: str) -> int | None:
        if not text.isascii() or not text.removeprefix("-").isdecimal() or len(text) > 19:
            self._refuse(one.name, _("This is not a whole number."))
            return None
        number = int(text)
        if not one.minimum <= number <= one.maximum:
            self._refuse(
                one.name,
                _("This must be from %(least)s to %(most)s.", least=one.minimum, most=one.maximum),
            )
            return None
        return number

    def _flag(self, one: Filter) -> bool:
        text = self._text(one.name).lower()
        if one.name not in self.args:
            return bool(one.default)
        if text not in _YES | _NO:
            self._refuse(one.name, _no_choice())
        return text in _YES

    def _sort(self) -> str | None:
        text = self._text(SORT)
        if not text:
            return None
        if text.removeprefix("-") not in {column.key for column in self.report.columns_for(self.actor)}:
            self._refuse(SORT, _("This report cannot be sorted by that."))
            return None
        return text


def _no_choice() -> str:
    return str(_("There is no such choice."))


def _is_too_long(word: str, longest: int) -> bool:
    found = _LAST_DAYS.fullmatch(word)
    return found is not None and int(found[1]) > longest


def _exists(one: Filter, number: int) -> bool:
    model = one.model
    if model is None:
        raise TypeError(f"the filter {one.name} names no model to choose from")
    return db.session.scalar(select(model.id).where(model.id == number)) is not None
