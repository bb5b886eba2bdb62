"""Scanning with a phone's camera: the browser is shown a film of a barcode instead of a real picture."""

import base64
from io import BytesIO

import barcode
from barcode.writer import ImageWriter
from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till

FILM = """
  const canvas = document.createElement("canvas");
  canvas.width = 1280; canvas.height = 720;
  const brush = canvas.getContext("2d");
  const draw = () => {
    brush.fillStyle = "#ddd"; brush.fillRect(0, 0, 1280, 720);
    if (globalThis.shown) brush.drawImage(globalThis.shown, 380, 180);
    requestAnimationFrame(draw);
  };
  draw();
  globalThis.show = (address) => new Promise((resolve) => {
    const picture = new Image();
    picture.onload = () => { globalThis.shown = picture; resolve(); };
    picture.src = address;
  });
  navigator.mediaDevices.getUserMedia = async () => {
    if (globalThis.forbidden) throw new DOMException("no", "NotAllowedError");
    return canvas.captureStream(15);
  };
"""


def picture_of(code: str) -> str:
    """A barcode as the address of a picture."""
    file = BytesIO()
    barcode.get("ean13", code, writer=ImageWriter()).write(file, {"module_width": 0.4, "dpi": 200})
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def test_one_thing_after_another_is_scanned(till: Till, shelf: Shelf) -> None:
    till.page.evaluate(FILM)
    till.page.locator(".camera-button").click()
    milk, bread = shelf["milk"], shelf["bread"]
    till.page.evaluate("address => show(address)", picture_of(milk.code))
    expect(till.line(milk)).to_have_count(1, timeout=30_000)
    till.page.evaluate("address => show(address)", picture_of(bread.code))
    expect(till.line(bread)).to_have_count(1, timeout=30_000)
    # What stays in sight is scanned once.
    till.page.wait_for_timeout(2_000)
    expect(till.count_of(bread)).to_have_text("1")
    till.page.keyboard.press("Escape")
    expect(till.dialog).to_have_count(0)
    expect(till.count_of(milk)).to_have_text("1")


def test_a_camera_that_may_not_be_used(till: Till) -> None:
    till.page.evaluate(FILM)
    till.page.evaluate("globalThis.forbidden = true")
    till.page.locator(".camera-button").click()
    expect(till.dialog.get_by_role("alert")).to_be_visible()
