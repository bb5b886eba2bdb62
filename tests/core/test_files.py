"""Stored files: one folder per tenant, no way out of it."""

import pytest
from flask import Flask

from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.files import delete_file, read_file, send_stored_file, store_file
from smartpos.core.models import StoredFile
from smartpos.core.tenancy import ScopeMissing
from tests.cast import Shop


def test_a_file_is_read_as_it_was_stored(shop: Shop, stranger: Shop) -> None:
    with shop.inside("owner"):
        row = store_file(b"salom", original_name="..\\..\\etc/pass\x00wd\n.txt", content_type="text/plain")
        number = row.id
        assert (row.original_name, row.size, row.created_by) == ("passwd.txt", 5, shop.users["owner"])
        assert read_file(row) == b"salom"
    with shop.app.test_request_context(), shop.inside():
        answer = send_stored_file(number)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        answer.close()
    with stranger.inside(), pytest.raises(NotFound):
        send_stored_file(number)


def test_a_row_that_points_elsewhere_leads_nowhere(shop: Shop, stranger: Shop) -> None:
    with stranger.inside():
        theirs = store_file(b"sir", original_name="a", content_type="text/plain").path
    for path in (f"../{stranger.organization_id}/{theirs}", "/etc/passwd", "../../x", "gone/away"):
        with shop.inside():
            row = StoredFile(path=path, original_name="x", content_type="text/plain", size=1)
            db.session.add(row)
            db.session.flush()
            with pytest.raises(NotFound):
                read_file(row)
            delete_file(row)


def test_empty_and_endless_files_are_refused(shop: Shop) -> None:
    with shop.inside():
        for content in (b"", b"x" * (16 * 1024 * 1024 + 1)):
            with pytest.raises(Invalid):
                store_file(content, original_name="a", content_type="text/plain")


def test_a_file_belongs_to_somebody(app: Flask) -> None:
    with app.app_context(), pytest.raises(ScopeMissing):
        store_file(b"x", original_name="a", content_type="text/plain")
