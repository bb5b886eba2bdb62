// What the window for the customer shows of the till; see display-link.js.

import { openDisplay, showToCustomer } from "./display-link.js";
import { minor } from "./money.js";
import { t } from "./texts.js";

/** Open the window, and keep it up to date from then on. */
export function showCustomerWindow(till) {
  followTill(till);
  if (!openDisplay(till.urls.display ?? "/till/display")) till.refuse(t("display_blocked"));
}

const NAMES = ["cart", "done", "shift", "locked", "dialog", "promotions", "organization"];

/** Tell the window whatever changes, once per frame at most. */
export function followTill(till) {
  if (till.toldCustomer) return;
  till.toldCustomer = true;
  let seen = {};
  let waiting = 0;
  const tell = () => {
    waiting = 0;
    showToCustomer(shownOf(till));
  };
  const look = (state) => {
    if (NAMES.every((name) => state[name] === seen[name])) return;
    seen = state;
    waiting ||= requestAnimationFrame(tell);
  };
  till.store.subscribe(look);
  look(till.state);
}

function shownOf(till) {
  const { cart, done, shift, locked, dialog, organization } = till.state;
  const shop = {
    name: organization.display_name || organization.name,
    logo: organization.receipt?.logo ?? null,
    currency: organization.currency,
  };
  if (locked || shift === null) return { phase: "closed", shop };
  if (cart.lines.length === 0) {
    if (!done) return { phase: "idle", shop };
    const total = minor(done.total);
    const totals = { gross: total, discount: 0, rounding: 0, total, paid: minor(done.paid ?? done.total),
      change: minor(done.change ?? "0"), count: done.items?.length ?? 0 };
    return { phase: "paid", totals, shop };
  }
  const priced = till.priced(true);
  const lines = cart.lines.map((line, place) => {
    const { gross, discount, promotion } = priced.lines[place];
    const off = discount + (promotion?.amount ?? 0);
    return { key: line.key, name: line.name, quantity: line.quantity, unit: line.unit, price: line.price, discount: off,
      total: gross - off };
  });
  const { customer } = cart;
  return {
    phase: dialog?.name === "payment" ? "paying" : "selling",
    lines,
    totals: { gross: priced.gross, discount: priced.discount, rounding: priced.rounding, total: priced.total, paid: 0,
      change: 0, count: lines.length },
    customer: customer ? { name: customer.name, points: customer.points } : null,
    last: cart.selected,
    shop,
  };
}
