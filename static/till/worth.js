// What goods that come back are worth, as smartpos/sales/refunding.py has it: shown before the server has spoken, and
// what an exchange is settled by. Money in minor units, quantities in thousandths.

import { minor, thousandths } from "./money.js";

/** amount × part ÷ whole, rounded half up. */
function share(amount, part, whole) {
  const doubled = 2n * BigInt(Math.abs(amount)) * BigInt(part);
  const value = Number((doubled + BigInt(whole)) / (2n * BigInt(whole)));
  return amount < 0 ? -value : value;
}

/** What `part` of a line of a receipt is worth. */
function partOf(item, part) {
  const whole = thousandths(item.quantity);
  const net = minor(item.gross) - minor(item.promotion ?? "0") - minor(item.discount) - minor(item.cart_discount ?? "0");
  const onTop = minor(item.total) !== net;
  return share(net, part, whole) + (onTop ? share(minor(item.tax), part, whole) : 0);
}

/** What `quantity` more of a line is worth when some of it is back already. */
export function pieceOf(item, quantity) {
  const returned = thousandths(item.returned ?? "0");
  return partOf(item, returned + quantity) - partOf(item, returned);
}

/** How much of a line can still come back. */
export function leftOf(item) {
  return Math.max(0, thousandths(item.quantity) - thousandths(item.returned ?? "0"));
}

/**
 * What the goods count for: `quantities` by sale_item_id. `totalLeft` is what the receipt can still give back, `step` the
 * rounding of cash when the receipt was paid in cash alone, else 0.
 */
export function creditFor(items, quantities, totalLeft, step) {
  const of = (item) => quantities.get(item.id) ?? 0;
  const last = items.every((item) => leftOf(item) === of(item));
  if (last) return totalLeft;
  const exact = items.reduce((sum, item) => sum + (of(item) > 0 ? pieceOf(item, of(item)) : 0), 0);
  if (step <= 0) return Math.min(exact, totalLeft);
  const all = items.reduce((sum, item) => sum + partOf(item, thousandths(item.quantity)), 0);
  const before = items.reduce((sum, item) => sum + partOf(item, thousandths(item.returned ?? "0")), 0);
  // What has been given so far is what was bought, with its rounding, less what is left.
  const bought = Math.floor((2 * all + step) / (2 * step)) * step;
  const due = Math.max(0, before + exact - (bought - totalLeft));
  return Math.min(Math.floor((2 * due + step) / (2 * step)) * step, Math.floor(totalLeft / step) * step);
}

const BACK_IN_THIS_ORDER = ["credit", "points", "card", "transfer", "cash"];

/** Give an amount back in the ways it came: [{method, amount}]. held: what the shop still holds by method. */
export function backAsPaid(total, held) {
  const given = [];
  let left = total;
  for (const method of BACK_IN_THIS_ORDER) {
    const amount = Math.min(left, Math.max(0, held[method] ?? 0));
    if (amount > 0) given.push({ method, amount });
    left -= amount;
  }
  if (left > 0) {
    const cash = given.find(({ method }) => method === "cash");
    if (cash) cash.amount += left;
    else given.push({ method: "cash", amount: left });
  }
  return given;
}
