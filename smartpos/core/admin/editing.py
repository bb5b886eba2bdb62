"""Creating, editing, deleting and looking at rows. Rules live in operations: a view calls one and commits."""

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.form import FormOpts
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Integer, inspect
from sqlalchemy.orm import RelationshipProperty

from smartpos.core.admin import cells
from smartpos.core.admin.converter import Converter
from smartpos.core.admin.fields import ChoiceField
from smartpos.core.admin.forms import AdminForm
from smartpos.core.admin.loaders import RemoteChoices, parse_id
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound

MASS_LIMIT = 200
STAMPS = ("created_at", "updated_at")

if TYPE_CHECKING:
    from flask_admin.contrib.sqla import ModelView as Base
else:
    # Flask-Admin's metaclass copies inherited pages onto every class it makes; a mixin must stay clear of it.
    Base = object


class Editing(Base):
    """The pages of one row; mixed into Flask-Admin's ``ModelView``."""

    can_view_details = True
    can_export = False
    fast_mass_delete = False
    form_base_class = AdminForm
    model_form_converter = Converter
    create_template = "admin/model/create.html"
    edit_template = "admin/model/edit.html"
    details_template = "admin/model/details.html"

    #: Cards of the form; fields that no section names come first, without a title.
    form_sections: tuple[cells.Section, ...] = ()
    #: Fields over both columns of the form (texts of several lines are so anyway).
    form_wide: tuple[str, ...] = ()
    #: Text columns edited on several lines, beyond the usual names.
    form_long_text: tuple[str, ...] = ()
    #: Cards of the details page, and tables of lines under them.
    details_sections: tuple[cells.Section, ...] = ()
    details_tables: tuple[cells.DetailsTable, ...] = ()
    #: False: the form's values are not written onto the model, ``save`` takes them with ``values(form)``.
    populates_model = True
    #: The title of the page that creates a row, and the button that leads there.
    new_title: Any = _l("New record")
    new_label: Any = _l("New")
    #: Asked before a row is deleted.
    delete_question: Any = _l("Delete this record?")

    # --- What a view overrides ----------------------------------------------------------------------------------
    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        """Call the operation that creates or changes the row; return the row if it is another one than ``model``.

        With ``populates_model`` the values are on the model already and a new one is in the session, not flushed;
        without, ``model`` is None for a new row. Domain errors raised here are shown and everything is rolled back.
        """

    def remove(self, model: Any) -> None:
        """Call the operation that deletes the row. By default master data is hidden and other rows are deleted."""
        if hasattr(model, "deleted_at"):
            model.deleted_at = utc_now()
        else:
            db.session.delete(model)

    def values(self, form: Any) -> dict[str, Any]:
        """What was entered, by field name, ready for an operation's keywords."""
        return {name: field.data for name, field in form._fields.items() if name != "csrf_token"}

    def keywords(self, form: Any) -> dict[str, Any]:
        """As ``values``, but a chosen row travels by its number: ``branch`` becomes ``branch_id``."""
        found = {}
        for name, value in self.values(form).items():
            if isinstance(form[name], ChoiceField):
                found[f"{name}_id"] = None if value is None else value.id
            else:
                found[name] = value
        return found

    def title_of(self, model: Any) -> str:
        """The title of a row's pages."""
        return str(model)

    # --- Forms --------------------------------------------------------------------------------------------------
    def get_details_columns(self: Any) -> list[tuple[str, Any]]:
        """The details page shows what the list shows, and when the row came about, unless told otherwise."""
        names = self.column_details_list
        if names is None:
            listed = [name for name, _label in self.get_list_columns()]
            names = [*listed, *(name for name in STAMPS if hasattr(self.model, name) and name not in listed)]
        return list(self.get_column_names(names, self.column_details_exclude_list))

    def _process_ajax_references(self: Any) -> dict[str, Any]:
        loaders: dict[str, Any] = super()._process_ajax_references()
        relations = inspect(self.model).relationships
        for name in self.form_columns or ():
            if isinstance(name, str) and name in relations and name not in loaders:
                loaders[name] = RemoteChoices(name, relations[name].mapper.class_)
        return loaders

    def _create_ajax_loader(self: Any, name: str, options: dict[str, Any]) -> RemoteChoices:
        relation: RelationshipProperty[Any] = inspect(self.model).relationships[name]
        return RemoteChoices(name, relation.mapper.class_, **options)

    def create_form(self: Any, obj: Any = None) -> Any:
        """The empty form, without fields the person may not see."""
        return self._without_hidden(super().create_form(obj))

    def edit_form(self: Any, obj: Any = None) -> Any:
        """The filled form, without fields the person may not see."""
        return self._without_hidden(super().edit_form(obj))

    def _without_hidden(self: Any, form: Any) -> Any:
        for name in [field.short_name for field in form if not self.shows(field.short_name)]:
            del form[name]
        return form

    def arranged(self: Any, form: Any) -> list[tuple[Any, Any, list[Any]]]:
        """The form's visible fields as cards: title, hint, fields."""
        shown = {
            field.short_name: field for field in form if getattr(field.widget, "input_type", "") != "hidden"
        }
        shown.update({field.short_name: field for field in form if _is_choice(field)})
        cards = []
        for section in self.form_sections:
            fields = [shown.pop(name) for name in section.fields if name in shown]
            if fields:
                cards.append((section.title, section.hint, fields))
        return [("", "", list(shown.values())), *cards] if shown else cards

    def is_wide(self, field: Any) -> bool:
        """Whether a field takes both columns of the form."""
        return field.short_name in self.form_wide or field.type in {
            "TextAreaField",
            "ExactJSONField",
            "InlineModelFormList",
            "FieldList",
            "ChoicesField",
            "TagsField",
        }

    def facts(self: Any, model: Any) -> list[tuple[Any, Any, list[tuple[str, Any]]]]:
        """The details as cards: title, hint, pairs of column and label."""
        shown = {name: label for name, label in self._details_columns if self.shows(name)}
        cards = []
        for section in self.details_sections:
            pairs = [(name, shown.pop(name)) for name in section.fields if name in shown]
            if pairs:
                cards.append((section.title, section.hint, pairs))
        return [("", "", list(shown.items())), *cards] if shown else cards

    def lines(self: Any, model: Any, table: cells.DetailsTable) -> list[list[tuple[str, Any]]]:
        """The cells of a details table: css class and shown value."""
        target = inspect(self.model).relationships[table.attribute].mapper.class_
        columns = [(path, cells.column_of(target, path)) for path in self._line_columns(table)]
        formats = [table.formats.get(path) or cells.format_of(column) for path, column in columns]
        return [
            [
                ("num" if format_ in cells.NUMBERS else "", cells.shown(cells.read_path(line, path), format_))
                for (path, _column), format_ in zip(columns, formats, strict=True)
            ]
            for line in getattr(model, table.attribute)
        ]

    def line_headings(self: Any, table: cells.DetailsTable) -> list[tuple[str, Any]]:
        """The headings of a details table: css class and label."""
        target = inspect(self.model).relationships[table.attribute].mapper.class_
        headings = []
        for path in self._line_columns(table):
            format_ = table.formats.get(path) or cells.format_of(cells.column_of(target, path))
            label = table.labels.get(path) or self._prettify_name(path.rpartition(".")[2])
            headings.append(("num" if format_ in cells.NUMBERS else "", label))
        return headings

    def _line_columns(self: Any, table: cells.DetailsTable) -> list[str]:
        return [path for path in table.columns if self.shows(f"{table.attribute}.{path}")]

    # --- Rows ---------------------------------------------------------------------------------------------------
    def get_one(self: Any, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, or None: for nonsense, another tenant's row and a deleted one alike."""
        key: Any = str(id)
        if isinstance(getattr(self.model, self._primary_key).type, Integer):
            key = parse_id(id)
        if key is None or "\x00" in str(key):
            return None
        row = db.session.get(self.model, key)
        if row is not None and getattr(row, "deleted_at", None) is not None and not self.show_deleted:
            return None
        return row

    def row_or_404(self: Any, key: Any) -> Any:
        """The row of that number, enriched; raises NotFound."""
        row = self.get_one(key) if key else None
        if row is None:
            raise NotFound
        self.enrich([row])
        return row

    def create_model(self: Any, form: Any) -> Any:
        """Create and commit a row; None when a rule refused."""

        def work() -> Any:
            model = None
            if self.populates_model:
                model = self.build_new_instance()
                form.populate_obj(model)
                db.session.add(model)
            saved = self.save(form, model, True)
            db.session.flush()
            return saved if saved is not None else model

        return self.attempt(work, form)

    def update_model(self: Any, form: Any, model: Any) -> bool:
        """Change and commit a row; False when a rule refused."""

        def work() -> bool:
            if self.populates_model:
                form.populate_obj(model)
            self.save(form, model, False)
            db.session.flush()
            return True

        return bool(self.attempt(work, form))

    def delete_model(self: Any, model: Any) -> bool:
        """Delete and commit; False when a rule refused."""

        def work() -> bool:
            self.remove(model)
            db.session.flush()
            return True

        return bool(self.attempt(work))

    # --- Pages --------------------------------------------------------------------------------------------------
    @expose("/new/", methods=("GET", "POST"))
    def create_view(self: Any) -> ResponseReturnValue:
        """The page that creates a row."""
        back = self._back()
        form = self.create_form()
        if self.validate_form(form):
            model = self.create_model(form)
            if model is not None:
                flash(_("Created: %(name)s", name=self.title_of(model)), "success")
                return self._after_save(model, back, is_created=True)
        elif request.method == "POST":
            _tell_invalid(form)
        return self._form_page(self.create_template, form, None, back)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self: Any) -> ResponseReturnValue:
        """The page that changes a row."""
        back = self._back()
        model = self.row_or_404(request.args.get("id"))
        form = self.edit_form(obj=model)
        if self.validate_form(form):
            if self.update_model(form, model):
                flash(_("Saved: %(name)s", name=self.title_of(model)), "success")
                return self._after_save(model, back, is_created=False)
        elif request.method == "POST":
            _tell_invalid(form)
        else:
            self.on_form_prefill(form, self.get_pk_value(model))
        return self._form_page(self.edit_template, form, model, back)

    @expose("/details/")
    def details_view(self: Any) -> ResponseReturnValue:
        """The page that shows a row."""
        model = self.row_or_404(request.args.get("id"))
        return self.render(
            self.details_template, model=model, get_value=self.get_detail_value, return_url=self._back()
        )

    @expose("/delete/", methods=("POST",))
    def delete_view(self: Any) -> ResponseReturnValue:
        """Delete one row."""
        back = self._back()
        form = self.delete_form()
        if not form.validate():
            abort(400)
        model = self.row_or_404(form.id.data)
        name = self.title_of(model)
        if self.delete_model(model):
            flash(_("Deleted: %(name)s", name=name), "success")
        return redirect(back)

    @action("delete", _l("Delete"), _l("Delete the selected records?"))
    def action_delete(self: Any, ids: list[str]) -> None:
        """Delete the selected rows one by one; each stands or falls by itself."""
        done = 0
        for key in ids[:MASS_LIMIT]:
            model = self.get_one(key)
            if model is not None and self.delete_model(model):
                done += 1
        if done:
            flash(ngettext("%(num)d record deleted.", "%(num)d records deleted.", done), "success")

    def is_action_allowed(self: Any, name: str) -> bool:
        """Whether a mass action is offered."""
        if name == "delete" and not self.can_delete:
            return False
        return bool(super().is_action_allowed(name))

    @expose("/ajax/lookup/")
    def ajax_lookup(self: Any) -> ResponseReturnValue:
        """The rows that a search field offers."""
        loader = self._form_ajax_refs.get(request.args.get("name", ""))
        if loader is None:
            raise NotFound
        rows = loader.get_list(
            request.args.get("query", ""),
            request.args.get("offset", 0, type=int),
            request.args.get("limit", 20, type=int),
        )
        return [loader.format(row) for row in rows]

    # --- Details of the above -----------------------------------------------------------------------------------
    def _back(self: Any) -> str:
        return get_redirect_target() or str(self.get_url(".index_view"))

    def _after_save(self: Any, model: Any, back: str, *, is_created: bool) -> ResponseReturnValue:
        if "_add_another" in request.form:
            return redirect(self.get_url(".create_view", url=back))
        if "_continue_editing" in request.form:
            return redirect(self.get_url(".edit_view", id=self.get_pk_value(model), url=back))
        return redirect(self.get_save_return_url(model, is_created=is_created))

    def _form_page(self: Any, template: str, form: Any, model: Any, back: str) -> Any:
        rules = self._form_create_rules if model is None else self._form_edit_rules
        options = FormOpts(widget_args=self.form_widget_args, form_rules=rules)
        return self.render(template, form=form, model=model, form_opts=options, return_url=back)


def _is_choice(field: Any) -> bool:
    return hasattr(field, "loader")


def _tell_invalid(form: Any) -> None:
    if "csrf_token" in form.errors:
        flash(_("This page was open for too long. Please save once more."), "error")
    else:
        count = len(form.errors)
        flash(
            ngettext(
                "%(num)d field needs your attention; nothing is saved yet.",
                "%(num)d fields need your attention; nothing is saved yet.",
                count,
            ),
            "error",
        )
