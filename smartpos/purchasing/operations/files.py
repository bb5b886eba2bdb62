"""The paper behind a purchase: pictures of it, written anew, and PDF."""

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.files import delete_file, store_file
from smartpos.core.pictures import CONTENT_TYPE, LARGEST_FILE, read_picture
from smartpos.identity.actors import Actor
from smartpos.purchasing.models import Purchase, PurchaseFile

LONGEST_SIDE = 2400
MOST_FILES = 20
PDF = "application/pdf"


def add_purchase_file(
    purchase: Purchase, content: bytes, *, original_name: str, actor: Actor
) -> PurchaseFile:
    """Attach a picture or a PDF of up to 12 MB. A picture is made smaller and written anew.

    Raises NotAPicture for what is neither, Invalid for more files than a purchase may have.
    """
    there = select(func.count()).select_from(PurchaseFile).where(PurchaseFile.purchase_id == purchase.id)
    if (db.session.scalar(there) or 0) >= MOST_FILES:
        raise Invalid(_("At most %(most)s files fit here.", most=MOST_FILES))
    kind = CONTENT_TYPE
    if content.startswith(b"%PDF-"):
        if len(content) > LARGEST_FILE:
            raise Invalid(_("The file is too large: at most 12 MB."), largest=LARGEST_FILE)
        if b"%%EOF" not in content[-2048:]:
            raise Invalid(_("This PDF is not whole."))
        kind = PDF
    else:
        content = read_picture(content, LONGEST_SIDE)[0].content
    stored = store_file(content, original_name=original_name, content_type=kind)
    file = PurchaseFile(purchase_id=purchase.id, file_id=stored.id, created_by=actor.user_id)
    db.session.add(file)
    db.session.flush()
    return file


def purchase_file(purchase: Purchase, file_id: int) -> PurchaseFile:
    """A file of this purchase, by the number of its attachment. Raises NotFound."""
    query = select(PurchaseFile).where(PurchaseFile.id == file_id, PurchaseFile.purchase_id == purchase.id)
    found = db.session.scalar(query) if 0 < file_id < 2**63 else None
    if found is None:
        raise NotFound
    return found


def delete_purchase_file(file: PurchaseFile, *, actor: Actor) -> None:
    """Take a file off a purchase."""
    stored = file.file
    db.session.delete(file)
    db.session.flush()
    delete_file(stored)
    db.session.flush()
