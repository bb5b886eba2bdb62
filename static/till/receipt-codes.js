// The codes on receipts as pictures that stay sharp on any printer. Drawn on this device: receipts are printed without
// the network, too.

import "../vendor/code128.js";
import qrcode from "../vendor/qrcode.js";

const SVG = "http://www.w3.org/2000/svg";

function svg(width, height, name, path) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", name);
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("preserveAspectRatio", name === "qr" ? "xMidYMid meet" : "none");
  picture.setAttribute("shape-rendering", "crispEdges");
  picture.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  picture.append(drawn);
  return picture;
}

/** The modules of a Code 128 as a text of 0 and 1. */
export function barcodeModules(text) {
  const made = {};
  globalThis.JsBarcode(made, text, { format: "CODE128" });
  return made.encodings.map(({ data }) => data).join("");
}

/** A Code 128 of ASCII text. */
export function barcodePicture(text) {
  const modules = barcodeModules(text);
  let path = "";
  for (const run of modules.matchAll(/1+/g)) path += `M${run.index} 0h${run[0].length}v1h-${run[0].length}z`;
  const picture = svg(modules.length, 1, "barcode", path);
  picture.dataset.modules = modules.length;
  return picture;
}

/** A QR code of any text. */
export function qrPicture(text) {
  const code = qrcode(0, "M");
  code.addData(String.fromCharCode(...new TextEncoder().encode(text)), "Byte");
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let down = 0; down < count; down += 1) {
    for (let across = 0; across < count; across += 1) {
      if (code.isDark(down, across)) path += `M${across} ${down}h1v1h-1z`;
    }
  }
  return svg(count, count, "qr", path);
}
