// The printed receipt: a small document of its own in a hidden frame, so that the till stays as it is.

import { receiptBlocks } from "./receipt-blocks.js";
import { barcodePicture, qrPicture } from "./receipt-codes.js";
import { dateAndTime, t } from "./texts.js";

const TAIL = 6; // millimetres of empty paper after the last line
const STYLE = new URL("receipt.css", import.meta.url);
// What a shop that has designed nothing has on its receipts.
const PLAIN = { barcode: true, qr: "off", qr_text: "", qr_base: "", vat: true, cashier: true, savings: true };

function element(tag, name, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

function logoOf(look) {
  const picture = element("img", "logo");
  picture.src = look.logo;
  picture.alt = "";
  return picture;
}

const DRAW = {
  logo: (_block, look) => logoOf(look),
  rule: () => element("hr", ""),
  row: ({ label, value, style }) => element("div", `row ${style}`.trim(),
    element("span", "", label), element("span", "value", value)),
  barcode: ({ text }) => element("div", "code", barcodePicture(text), element("div", "note", text)),
  qr: ({ text }) => element("div", "code", qrPicture(text)),
};

/** Blocks as one element; see receipt-blocks.js. */
export function paperOf(blocks, look = {}) {
  const draw = (block) => (DRAW[block.kind] ?? (({ kind, text }) => element("div", kind, text)))(block, look);
  return element("div", "receipt", ...blocks.map(draw));
}

/**
 * The receipt of a sale as an element. `sale` is a receipt of the server or one as shown before it has spoken; with
 * `copy` it says that it is one. `look` is {name, branch, address} and what the receipt designer has set.
 */
export function receiptOf(sale, look) {
  const full = { ...PLAIN, ...look };
  const copyAt = sale.copy ? new Date() : null;
  return paperOf(receiptBlocks(sale, full, { t, time: dateAndTime }, copyAt), full);
}

let frame = null;

// Read while there is a network: a page without a service worker may lose it, and must go on printing.
const KEPT_STYLE = fetch(STYLE).then((answer) => answer.text()).catch(() => "");

/** Print a receipt on paper of `width` millimetres (58 or 80) without leaving the till. */
export async function printReceipt(sale, look, width) {
  // A copy that somebody asked for is one; only the first paper of a sale is printed as often as the shop wishes.
  const copies = sale.copy ? 1 : Math.max(1, look.copies ?? 1);
  const papers = Array.from({ length: copies }, () => receiptOf(sale, look));
  await printPapers(papers, width, sale.number);
}

/** Print the paper of these blocks, a report for example. */
export function printBlocks(blocks, look, width, title) {
  return printPapers([paperOf(blocks, look)], width, title);
}

/** Give the page the rules in `text`, without a file that would have to be fetched. */
function adopted(page, text) {
  const sheet = new page.defaultView.CSSStyleSheet();
  sheet.replaceSync(text);
  page.adoptedStyleSheets = [sheet];
  return sheet;
}

async function printPapers(papers, width, title) {
  frame?.remove();
  frame = element("iframe", "print-frame");
  frame.title = t("receipt");
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  document.body.append(frame);
  const page = frame.contentDocument;
  page.documentElement.lang = document.documentElement.lang;
  page.title = title;
  page.body.className = `paper-${width}`;
  page.body.append(...papers.map((paper) => page.adoptNode(paper)));
  const style = page.createElement("link");
  style.rel = "stylesheet";
  style.href = STYLE.href;
  const ready = new Promise((resolve) => {
    style.addEventListener("load", () => resolve(style.sheet));
    style.addEventListener("error", async () => resolve(adopted(page, await KEPT_STYLE)));
  });
  page.head.append(style);
  const sheet = await ready;
  await Promise.all([...page.images].map((image) => image.decode().catch(() => {})));
  // A roll has no page height; the page is made as long as the receipt, or a cut would come in the middle of it.
  const pixels = page.querySelector(".receipt").getBoundingClientRect().bottom;
  const height = Math.ceil((pixels * 25.4) / 96) + TAIL;
  sheet?.insertRule(`@page { size: ${width}mm ${Math.max(height, width + 1)}mm; margin: 0; }`);
  // The next receipt may have taken the frame's place while this one was laid out.
  if (page !== frame.contentDocument) return;
  // The frame never gets the focus: a scan that comes meanwhile belongs to the till.
  frame.contentWindow.print();
}
