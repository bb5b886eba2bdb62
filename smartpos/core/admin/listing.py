"""The list page of a view: fast at a million rows, safe against any address, shown as people read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, request
from flask_admin import expose
from flask_admin.contrib.sqla.tools import is_relationship
from flask_admin.model.base import ViewArgs
from flask_babel import gettext as _
from sqlalchemy import inspect

from smartpos.core.admin import cells
from smartpos.core.admin.exporting import Exporting
from smartpos.core.admin.filters import Empty, Filter, RowIs, RowIsNot, clean_text, filters_for
from smartpos.core.admin.loaders import RemoteChoices

MAX_OFFSET = 10_000
WORDS = 8

if TYPE_CHECKING:
    from flask_admin.contrib.sqla import ModelView as Base
else:
    # Flask-Admin's metaclass copies inherited pages onto every class it makes; a mixin must stay clear of it.
    Base = object


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the list: where a click on its title leads, and how it is sorted now."""

    name: str
    label: Any
    css: str
    hint: Any
    sort_url: str | None
    sorted: str  # "", "ascending" or "descending"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, in words, and the address without it."""

    label: str
    operation: str
    value: str
    remove_url: str
    position: int


class Listing(Exporting, Base):
    """The list of a view; mixed into Flask-Admin's ``ModelView``."""

    simple_list_pager = True
    can_set_page_size = True
    page_size = 50
    page_size_options = (25, 50, 100, 200)
    list_template = "admin/model/list.html"
    named_filter_urls = False

    #: A function of the bare value per column (see ``formatters``); otherwise the column's type decides.
    column_formats: dict[str, cells.Format] = {}
    #: Columns that may break into several lines.
    column_wrap: tuple[str, ...] = ()
    #: Shown above the list: what these rows are for.
    lead: Any = ""
    #: Shown in the search field.
    search_hint: Any = ""
    #: Query arguments that the list keeps in its addresses, beyond its own.
    kept_arguments: tuple[str, ...] = ()
    #: Whether soft-deleted rows are listed too.
    show_deleted = False

    def _refresh_cache(self: Any) -> None:
        super()._refresh_cache()
        paths = [
            *(name for name, _label in self._list_columns),
            *(name for name, _label in self._details_columns),
        ]
        self._formats = {}
        for path in paths:
            column = cells.column_of(self.model, path)
            self._formats[path] = self.column_formats.get(path) or cells.format_of(column)

    def scaffold_auto_joins(self: Any) -> list[Any]:
        """Nothing: ``get_list`` says itself what to load, to any depth."""
        return []

    def get_list(self: Any, *asked: Any, **options: Any) -> Any:
        """The rows of a page and, in the same statement, what the list shows of other tables."""
        count, query = self._asked_for(*asked, **options)
        loads = cells.loads_for(self.model, [name for name, _label in self._list_columns])
        rows = query.options(*loads, *self.extra_loads()).all()
        self.enrich(rows)
        return count, rows

    def _asked_for(self: Any, *asked: Any, **options: Any) -> Any:
        return super().get_list(*asked, **{**options, "execute": False})

    def narrowed(self: Any, asked: ViewArgs) -> Any:
        """The query of all pages: searched, filtered and in order, as the page shows them."""
        sorting = self._get_column_by_idx(asked.sort)
        column = sorting[0] if sorting and self.shows(sorting[0]) else None
        query = self._asked_for(0, column, asked.sort_desc, asked.search, asked.filters, page_size=1)[1]
        return query.limit(None).offset(None)

    def enrich(self, rows: list[Any]) -> None:
        """Put onto the rows what is shown of them and is no column: for a whole list at once, or for a single row."""

    def extra_loads(self) -> list[Any]:
        """More loader options, for what formatters and row actions read."""
        return []

    # --- What is asked for --------------------------------------------------------------------------------------
    def _get_list_extra_args(self: Any) -> ViewArgs:
        asked = request.args
        page = asked.get("page", 0, type=int)
        size = self.get_safe_page_size(asked.get("page_size", 0, type=int))
        filters = [
            entry
            for entry in self._get_list_filter_args() or ()
            if self.shows(self._filter_sources[entry[0]])
        ]
        return ViewArgs(
            page=min(max(page, 0), MAX_OFFSET // size),
            page_size=size,
            sort=asked.get("sort", None, type=int),
            sort_desc=asked.get("desc", 0, type=int),
            search=_clean_search(asked.get("search", "")),
            filters=filters,
            extra_args={name: asked[name] for name in self.kept_arguments if name in asked},
        )

    def get_invalid_value_msg(self, value: str, filter: Any) -> str:  # noqa: A002 - Flask-Admin's name
        return _("The filter “%(name)s” does not know this value.", name=filter.name)

    def get_query(self: Any) -> Any:
        """The rows of the list; an override calls this and narrows it."""
        query = super().get_query()
        if hasattr(self.model, "deleted_at") and not self.show_deleted:
            query = query.filter(self.model.deleted_at.is_(None))
        return query

    def search(self: Any, query: Any, words: list[str]) -> Any:
        """Narrow the query to what was typed into the search field; override to search another way.

        By default every word must appear in one of ``column_searchable_list``.
        """
        text = " ".join(word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") for word in words)
        return super()._apply_search(query, None, {}, {}, text)[0]

    def _apply_search(
        self: Any, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str
    ) -> Any:
        return self.search(query, search.split()[:WORDS]), count_query, joins, count_joins

    def init_search(self: Any) -> bool:
        has_own = type(self).search is not Listing.search
        return bool(super().init_search()) or has_own

    def _apply_sorting(self: Any, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)
        # The number last: rows that are equal in the sorted column must not change places between pages.
        newest_first = sort_column is None and not self.column_default_sort
        number = getattr(self.model, self._primary_key)
        return query.order_by(number.desc() if newest_first or sort_desc else number), joins

    def _apply_pagination(self: Any, query: Any, page: int | None, page_size: int | None) -> Any:
        size = page_size or self.page_size
        return query.limit(size + 1).offset(
            (page or 0) * size
        )  # one more row tells whether there is a next page

    # --- Filters ------------------------------------------------------------------------------------------------
    def get_filters(self: Any) -> list[Any] | None:
        """The filters of ``column_filters``, and which column each is about."""
        self._filter_sources: list[str] = []
        collected: list[Any] = []
        for name in self.column_filters or ():
            is_ready = self.is_valid_filter(name)
            made = [self.handle_filter(name)] if is_ready else self.scaffold_filters(name)
            source = name if isinstance(name, str) else getattr(name.column if is_ready else name, "key", "")
            self._filter_sources += [str(source)] * len(made)
            collected += made
        return collected or None

    def scaffold_filters(self: Any, name: Any) -> list[Filter]:
        """Filters for a column, a dotted path, or a relationship (which is then chosen by searching)."""
        if isinstance(name, str) and "." in name:
            return [
                self.handle_filter(_by_path(kind, name, self)) for kind in _kinds_of_path(self.model, name)
            ]
        attribute: Any = getattr(self.model, name) if isinstance(name, str) else name
        label = self.get_column_name(name if isinstance(name, str) else attribute.key)
        if is_relationship(attribute):
            column = next(iter(attribute.property.local_columns))
            loader = self.remote_choices(attribute.key)
            kinds = [RowIs(column, label, loader), RowIsNot(column, label, loader)]
            return [*kinds, Empty(column, label)] if column.nullable else kinds
        column = attribute.property.columns[0]
        return list(
            filters_for(column, label, self.column_choices.get(name) if self.column_choices else None)
        )

    def remote_choices(self: Any, relation: str) -> Any:
        """The loader that searches the rows a relationship points at; shared by forms and filters."""
        known = self._form_ajax_refs.get(relation)
        if known is None:
            target = inspect(self.model).relationships[relation].mapper.class_
            known = self._form_ajax_refs[relation] = RemoteChoices(relation, target)
        return known

    # --- The page -----------------------------------------------------------------------------------------------
    @expose("/")
    def index_view(self: Any) -> str:
        """The list page."""
        asked = self._get_list_extra_args()
        sorting = self._get_column_by_idx(asked.sort)
        if sorting and not self.shows(sorting[0]):
            sorting = None
        _count, rows = self.get_list(
            asked.page,
            sorting[0] if sorting else None,
            asked.sort_desc,
            asked.search,
            asked.filters,
            page_size=asked.page_size,
        )
        has_next = len(rows) > asked.page_size
        rows = rows[: asked.page_size]
        at_end = asked.page >= MAX_OFFSET // asked.page_size
        actions, confirmations = self.get_actions_list()

        def address(**changes: Any) -> str:
            return str(self._get_list_url(asked.clone(**changes)))

        return self.render(
            self.list_template,
            rows=rows,
            headings=self._headings(asked),
            chips=self._chips(asked),
            filter_panel=self._filter_panel(asked, address(page=0, filters=None)),
            search=asked.search,
            search_supported=self._search_supported,
            hidden_arguments=self._hidden_arguments(asked),
            clear_search_url=address(page=0, search=None),
            reset_url=address(page=0, search=None, filters=None),
            is_narrowed=bool(asked.search or asked.filters),
            first=asked.page * asked.page_size + 1,
            last=asked.page * asked.page_size + len(rows),
            previous_url=address(page=asked.page - 1) if asked.page else None,
            next_url=address(page=asked.page + 1) if has_next and not at_end else None,
            too_deep=has_next and at_end,
            page_size=asked.page_size,
            page_size_urls=[(size, address(page=0, page_size=size)) for size in self.page_size_options],
            actions=actions,
            actions_confirmation=confirmations,
            action_form=self.action_form() if actions else None,
            get_value=self.get_list_value,
            get_pk_value=self.get_pk_value,
            return_url=address(),
        )

    def cell_css(self: Any, name: str) -> str:
        """The class of a column's cells: numbers to the right, prose wrapped."""
        if self._formats.get(name) in cells.NUMBERS:
            return "num"
        return "wrap" if name in self.column_wrap else ""

    def _headings(self: Any, asked: ViewArgs) -> list[Heading]:
        headings = []
        for index, (name, label) in enumerate(self._list_columns):
            if not self.shows(name):
                continue
            is_sorted = asked.sort == index and name in self._sortable_columns
            descends = is_sorted and not asked.sort_desc
            url = None
            if name in self._sortable_columns:
                url = self._get_list_url(asked.clone(page=0, sort=index, sort_desc=1 if descends else None))
            order = ("descending" if asked.sort_desc else "ascending") if is_sorted else ""
            hint = (self.column_descriptions or {}).get(name, "")
            headings.append(Heading(name, label, self.cell_css(name), hint, url, order))
        return headings

    def _chips(self: Any, asked: ViewArgs) -> list[Chip]:
        active = list(asked.filters or ())
        chips = []
        for position, (index, name, value) in enumerate(active):
            used = self._filters[index]
            rest = [entry for place, entry in enumerate(active) if place != position]
            url = self._get_list_url(asked.clone(page=0, filters=rest))
            text = used.shown(value) if isinstance(used, Filter) else value
            chips.append(Chip(str(name), str(used.operation()), text, url, position))
        return chips

    def _filter_panel(self: Any, asked: ViewArgs, base_url: str) -> dict[str, Any] | None:
        if not self._filters:
            return None
        groups: dict[str, list[dict[str, Any]]] = {}
        for index, used in enumerate(self._filters):
            if not self.shows(self._filter_sources[index]):
                continue
            entry: dict[str, Any] = {
                "arg": self.get_filter_arg(index, used),
                "operation": str(used.operation()),
                "control": used.data_type or "text",
                "options": [[str(key), str(text)] for key, text in used.get_options(self) or ()],
            }
            if isinstance(used, RowIs):
                entry["url"] = self.get_url(".ajax_lookup", name=used.loader.name)
            groups.setdefault(str(used.name), []).append(entry)
        chosen = [
            {
                "arg": self.get_filter_arg(index, self._filters[index]),
                "value": value,
                "text": self._filters[index].shown(value)
                if isinstance(self._filters[index], Filter)
                else value,
            }
            for index, _name, value in asked.filters or ()
        ]
        return {
            "groups": [{"label": label, "filters": entries} for label, entries in groups.items()],
            "active": chosen,
            "base": base_url,
        }

    def _hidden_arguments(self: Any, asked: ViewArgs) -> dict[str, Any]:
        kept = {**self._get_filters(asked.filters), **asked.extra_args, "page_size": asked.page_size}
        if asked.sort is not None:
            kept["sort"] = asked.sort
        if asked.sort_desc:
            kept["desc"] = 1
        return kept

    def _get_list_value(
        self: Any, context: Any, model: Any, name: str, column_formatters: Any, column_type_formatters: Any
    ) -> Any:
        formatter = column_formatters.get(name)
        if formatter is not None:
            return cells.shown(formatter(self, context, model, name), None)
        value = cells.read_path(model, name)
        options = self._column_choices_map.get(name)
        if options and value in options:
            return str(options[value])
        return cells.shown(value, self._formats.get(name))

    def get_empty_list_message(self) -> str:
        return _("Nothing here yet.")


def _clean_search(text: str) -> str | None:
    try:
        return " ".join(clean_text(text).split()) or None
    except ValueError:
        flash(_("The search text cannot be used."), "error")
        return None


def _kinds_of_path(model: type[Any], path: str) -> list[type[Filter]]:
    column = cells.column_of(model, path)
    return [type(found) for found in filters_for(column, "")] if column is not None else []


def _by_path(kind: type[Filter], path: str, view: Any) -> Filter:
    # Bound to the column first: the choices of a select come from it.
    found = kind(cells.column_of(view.model, path), view.get_column_name(path))
    found.column, found._bound = path, False
    found.key_name = None
    return found
