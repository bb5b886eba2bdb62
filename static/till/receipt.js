// The printed receipt: a small document of its own in a hidden frame, so that the till stays as it is.

import { minor, showMoney, showQuantity, thousandths } from "./money.js";
import { lineGross } from "./pricing.js";
import { dateAndTime, t } from "./texts.js";

const TAIL = 6; // millimetres of empty paper after the last line
const STYLE = new URL("receipt.css", import.meta.url);

function element(tag, name, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function row(label, value, name = "row") {
  return element("div", name, element("span", "", label), element("span", "value", value));
}

function grossOf(item) {
  return lineGross(minor(item.price), thousandths(item.quantity));
}

function lineOf(item) {
  const quantity = `${showQuantity(thousandths(item.quantity))} ${item.unit ?? ""}`.trim();
  const parts = [
    element("div", "name", item.name),
    row(`${quantity} × ${showMoney(minor(item.price))}`, showMoney(grossOf(item))),
  ];
  if (minor(item.discount) > 0) parts.push(row(t("discount"), `\u2212${showMoney(minor(item.discount))}`));
  return element("div", "line", ...parts);
}

function vatRow(rate, tax) {
  return row(t("of_it_vat", { rate: showQuantity(thousandths(rate)) }), showMoney(tax, 2));
}

/** The receipt of a sale as an element. shop: {name, branch, address, header, footer}. */
export function receiptOf(sale, shop) {
  const discount = minor(sale.discount);
  const rounding = minor(sale.rounding);
  const gross = sale.items.reduce((sum, item) => sum + grossOf(item), 0);
  const taxOnTop = minor(sale.total) - rounding - (gross - discount);
  const money = (text) => showMoney(minor(text));
  const rates = new Map();
  for (const item of sale.items) {
    if (minor(item.tax) > 0) rates.set(item.vat_rate, (rates.get(item.vat_rate) ?? 0) + minor(item.tax));
  }
  return element(
    "div", "receipt",
    element("div", "shop", shop.name),
    element("div", "small", [shop.branch, shop.address].filter(Boolean).join(", ")),
    shop.header ? element("div", "small", shop.header) : null,
    element("hr", ""),
    row(t("receipt_number"), sale.number),
    row(t("date"), dateAndTime(sale.created_at)),
    row(t("cashier"), sale.cashier ?? ""),
    element("hr", ""),
    ...sale.items.map(lineOf),
    element("hr", ""),
    discount > 0 ? row(t("discount_total"), `\u2212${showMoney(discount)}`) : null,
    taxOnTop > 0 ? row(t("vat_on_top"), showMoney(taxOnTop)) : null,
    rounding !== 0 ? row(t("rounding"), showMoney(rounding)) : null,
    row(t("total"), money(sale.total), "row total"),
    ...[...rates].map(([rate, tax]) => vatRow(rate, tax)),
    element("hr", ""),
    ...sale.payments.map(({ method, tendered }) => row(t(`method_${method}`), money(tendered))),
    minor(sale.change) > 0 ? row(t("change"), money(sale.change)) : null,
    element("hr", ""),
    element("div", "small center", shop.footer || t("thank_you")),
  );
}

let frame = null;

/** Print a receipt on paper of `width` millimetres (58 or 80) without leaving the till. */
export async function printReceipt(sale, shop, width) {
  frame?.remove();
  frame = element("iframe", "print-frame");
  frame.title = t("receipt");
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  document.body.append(frame);
  const page = frame.contentDocument;
  page.documentElement.lang = document.documentElement.lang;
  page.title = sale.number;
  page.body.className = `paper-${width}`;
  page.body.append(page.adoptNode(receiptOf(sale, shop)));
  const style = page.createElement("link");
  style.rel = "stylesheet";
  style.href = STYLE.href;
  const ready = new Promise((resolve) => {
    style.addEventListener("load", resolve);
    style.addEventListener("error", resolve);
  });
  page.head.append(style);
  await ready;
  // A roll has no page height; the page is made as long as the receipt, or a cut would come in the middle of it.
  const pixels = page.querySelector(".receipt").getBoundingClientRect().bottom;
  const height = Math.ceil((pixels * 25.4) / 96) + TAIL;
  style.sheet?.insertRule(`@page { size: ${width}mm ${Math.max(height, width + 1)}mm; margin: 0; }`);
  // The frame never gets the focus: a scan that comes meanwhile belongs to the till.
  frame.contentWindow.print();
}

