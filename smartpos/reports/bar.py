"""The bar of filters above a report: what stands in it, as typed and as understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from smartpos.core.figures import day_text
from smartpos.core.reports import Asked, Filter, FilterKind, Report
from smartpos.reports.choosing import name_of
from smartpos.reports.queries.filters import MOVING, PERIOD, PRESETS, SORT, period_of


@dataclass(slots=True)
class Control:
    """One control of the bar. ``value`` is what stands in it, ``text`` what a chosen row is called."""

    name: str
    label: Any
    kind: str
    value: str = ""
    text: str = ""
    required: bool = False
    choices: list[tuple[str, Any]] = field(default_factory=list)
    minimum: int | None = None
    maximum: int | None = None
    url: str = ""
    problem: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> str:
        """What is chosen, in words, for the line that stands for the bar on a phone; empty for nothing."""
        if self.kind == FilterKind.PERIOD.value and not self.value:
            return " – ".join(_day(self.more[name]) for name in ("from", "to") if self.more.get(name))
        if not self.value:
            return ""
        words = {
            FilterKind.ROW.value: self.text,
            FilterKind.FLAG.value: str(self.label),
            FilterKind.DAY.value: f"{self.label}: {_day(self.value)}",
            FilterKind.WHOLE.value: f"{self.label}: {self.value}",
        }
        return words.get(self.kind) or str(dict(self.choices).get(self.value, self.value))


def _day(typed: str) -> str:
    """A day as people read it; what is no day stays as it was typed."""
    try:
        return day_text(typed)
    except ValueError:
        return typed


def given_args(report: Report) -> dict[str, str]:
    """The arguments of this request that are the report's. A form sends what is not ticked before what is ticked, and
    a word for a period beside the two days that it replaces."""
    known = {SORT, *(one.name for one in report.filters if one.kind is not FilterKind.PERIOD)}
    if any(one.kind is FilterKind.PERIOD for one in report.filters):
        known |= {"from", "to", PERIOD}
    args = {name: values[-1] for name, values in request.args.lists() if name in known}
    if args.get(PERIOD):
        args.pop("from", None)
        args.pop("to", None)
    return args


def controls_of(
    report: Report, given: Mapping[str, str], asked: Asked | None, problems: Mapping[str, list[str]]
) -> list[Control]:
    """The controls in the order of the report's filters. ``asked`` is None where something makes no sense."""
    return [_control(report, one, given, asked, problems) for one in report.filters]


def _control(
    report: Report,
    one: Filter,
    given: Mapping[str, str],
    asked: Asked | None,
    problems: Mapping[str, list[str]],
) -> Control:
    control = Control(one.name, one.label, one.kind.value, required=one.required)
    control.problem = " ".join(problems.get(one.name, ()))
    if one.kind is FilterKind.PERIOD:
        return _period(control, given, asked, problems)
    value = asked[one.name] if asked is not None else None
    control.value = given.get(one.name, "") if asked is None else "" if value is None else str(value)
    match one.kind:
        case FilterKind.ROW:
            control.url = url_for("reports.choices", slug=report.slug, filter_name=one.name)
            if value is not None:
                control.text = name_of(one, value)
            elif asked is None and control.value and not control.problem:
                control.text = name_of(one, int(control.value))
            elif control.problem:
                control.value = ""
        case FilterKind.CHOICE:
            control.choices = [(str(key), label) for key, label in (one.choices or {}).items()]
        case FilterKind.WHOLE:
            control.minimum, control.maximum = one.minimum, one.maximum
        case FilterKind.FLAG:
            control.value = "1" if control.value in ("True", "1", "true", "on", "yes") else ""
    return control


def _period(
    control: Control, given: Mapping[str, str], asked: Asked | None, problems: Mapping[str, list[str]]
) -> Control:
    control.problem = " ".join(
        sentence for name in (PERIOD, "from", "to") for sentence in problems.get(name, ())
    )
    control.choices = list(PRESETS.items())
    if asked is None:
        control.value = given.get(PERIOD, "")
        control.more = {"from": given.get("from", ""), "to": given.get("to", "")}
        return control
    word = asked[MOVING] or ""
    # A period of, say, 45 days by default is shown as its two days.
    control.value = word if word in PRESETS else ""
    control.more = {"from": asked.since.isoformat(), "to": asked.until.isoformat()}
    if not control.value:
        control.value = next(
            (
                name
                for name in PRESETS
                if not given and period_of(name, asked.today) == (asked.since, asked.until)
            ),
            "",
        )
    return control
