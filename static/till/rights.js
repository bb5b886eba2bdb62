// Which rights a cart needs when it is paid; the server asks for the same ones (sales/operations/discounts.py, accounts.py).

import { creditLeft } from "./customers.js";
import { showMoney, showQuantity } from "./money.js";
import { t } from "./texts.js";

export const DISCOUNT = "sales:sale:discount";
export const DISCOUNT_ABOVE = "sales:sale:discount_above_limit";
export const PRICE = "sales:sale:change_price";
export const PRICE_TYPE = "sales:sale:choose_price_type";
export const CREDIT = "sales:sale:credit";
export const CREDIT_ABOVE = "sales:sale:credit_above_limit";

/** What people (not promotions) take off the cart: {amount, base}, in minor units. */
export function discountByHand(priced) {
  const promotion = priced.promotion ?? 0;
  return { amount: priced.discount - promotion, base: priced.gross - promotion };
}

/** The largest discount the person may give, in per cent. */
export function discountLimit(till) {
  return till.state.organization.max_discount_percent ?? 100;
}

export function isAboveLimit(till, { amount, base }) {
  return amount * 100 > base * discountLimit(till);
}

/** How an amount relates to what it is taken from, in hundredths of a per cent. */
function share({ amount, base }) {
  return base > 0 ? Math.round((amount * 10000) / base) : 0;
}

/**
 * The rights a cart needs: [{action, covers, rows, facts}]. `covers` is how far an approval reaches: more than that
 * needs another. payments: [{method, amount}] in minor units.
 */
export function neededRights(till, cart, priced, payments = []) {
  const needed = [];
  const byHand = discountByHand(priced);
  if (byHand.amount > 0) {
    const above = isAboveLimit(till, byHand);
    const percent = showQuantity(share(byHand) * 10);
    needed.push({
      action: above ? DISCOUNT_ABOVE : DISCOUNT,
      covers: share(byHand),
      rows: [
        [t("discount"), `${showMoney(byHand.amount)} (${percent} %)`],
        ...(above ? [[t("limit"), `${discountLimit(till)} %`]] : []),
        [t("total"), showMoney(priced.total)],
      ],
      facts: { discount: byHand.amount / 100, percent: share(byHand) / 100 },
    });
  }
  const byHandPrices = cart.lines.filter((line) => Number.isInteger(line.manualPrice));
  if (byHandPrices.length) {
    needed.push({
      action: PRICE,
      covers: null,
      rows: byHandPrices.slice(0, 6).map((line) => [line.name, `${showMoney(line.listPrice)} → ${showMoney(line.price)}`]),
      facts: { lines: byHandPrices.map((line) => ({ product: line.name, price: line.price / 100 })) },
    });
  }
  if (cart.priceTypeId) {
    const name = (till.state.priceTypes ?? []).find(({ id }) => id === cart.priceTypeId)?.name ?? "";
    needed.push({ action: PRICE_TYPE, covers: cart.priceTypeId, rows: [[t("price_type"), name]], facts: { price_type: name } });
  }
  const credit = payments.filter(({ method }) => method === "credit").reduce((sum, { amount }) => sum + amount, 0);
  if (credit > 0 && cart.customer) {
    const left = creditLeft(cart.customer);
    const rows = [
      [t("customer"), cart.customer.name], [t("method_credit"), showMoney(credit)], [t("credit_left"), showMoney(left)],
    ];
    const facts = { customer: cart.customer.name, credit: credit / 100, left: left / 100 };
    needed.push({ action: CREDIT, covers: null, rows, facts });
    if (credit > cart.customer.limit + cart.customer.balance) {
      needed.push({ action: CREDIT_ABOVE, covers: credit, rows, facts });
    }
  }
  return needed;
}

/** Those of the needed rights that neither the person nor an approval in the cart gives. */
export function missingRights(till, cart, needed) {
  return needed.filter(({ action, covers }) => {
    if (till.approvals.may(action)) return false;
    const given = (cart.approvals ?? []).find((one) => one.action === action);
    return !given || (covers !== null && given.covers !== null && given.covers !== undefined && covers > given.covers);
  });
}
