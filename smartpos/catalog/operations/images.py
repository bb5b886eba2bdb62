"""Pictures of products."""

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.catalog.models import Product, ProductImage
from smartpos.catalog.operations.products import touch
from smartpos.core.db import db
from smartpos.core.files import delete_file, store_file
from smartpos.core.models import StoredFile
from smartpos.core.pictures import CONTENT_TYPE, read_picture
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField

LARGE = 1200
SMALL = 240
MOST_IMAGES = 12


def add_product_image(product: Product, content: bytes, *, original_name: str, actor: Actor) -> ProductImage:
    """Add a picture, the first one being the one that lists show.

    It is kept at most 1200 pixels wide and high, with a thumbnail of 240. Raises NotAPicture, BadField.
    """
    own = ProductImage.product_id == product.id
    count, last = db.session.execute(
        select(func.count(ProductImage.id), func.max(ProductImage.sort_order)).where(own)
    ).one()
    if count >= MOST_IMAGES:
        raise BadField("image", _("A product has at most %(most)s pictures.", most=MOST_IMAGES))
    large, small = (
        store_file(picture.content, original_name=original_name, content_type=CONTENT_TYPE)
        for picture in read_picture(content, LARGE, SMALL)
    )
    image = ProductImage(
        product_id=product.id,
        file_id=large.id,
        thumbnail_id=small.id,
        sort_order=0 if last is None else last + 1,
    )
    db.session.add(image)
    touch(product)
    db.session.flush()
    db.session.expire(product, ["images"])
    return image


def delete_product_image(image: ProductImage, *, actor: Actor) -> None:
    """Remove a picture and its files."""
    product = db.session.get_one(Product, image.product_id)
    files = select(StoredFile).where(StoredFile.id.in_([image.file_id, image.thumbnail_id]))
    rows = db.session.scalars(files).all()
    db.session.delete(image)
    db.session.flush()
    for row in rows:
        delete_file(row)
    touch(product)
    db.session.flush()
    db.session.expire(product, ["images"])


def put_image_first(image: ProductImage, *, actor: Actor) -> None:
    """Let lists show this picture of its product."""
    first = db.session.scalar(
        select(func.min(ProductImage.sort_order)).where(ProductImage.product_id == image.product_id)
    )
    image.sort_order = (first or 0) - 1
    touch(db.session.get_one(Product, image.product_id))
    db.session.flush()
