// The cart as plain data and functions from one cart to the next. Money in minor units, quantities in thousandths.

import { plainMoney, plainQuantity } from "./money.js";
import { lineGross, percentOf, priceCart } from "./pricing.js";
import { applyPromotions } from "./promotions.js";

export const MOST = 99999999999; // thousandths; what a quantity column takes

/**
 * An empty cart. Its uuid names the sale for the server, so that sending it twice sells it once. `customer` is who buys
 * (see customers.js), `priceTypeId` the price type chosen for this sale by hand, `approvals` what a manager has allowed
 * for it ([{action, token}]), `back` the goods it takes back in exchange (see refunds.js).
 */
export function emptyCart() {
  return {
    uuid: newUuid(),
    lines: [],
    discount: null,
    selected: null,
    customer: null,
    priceTypeId: null,
    approvals: [],
    back: null,
  };
}

/** A name for something that a server shall know again, however often it comes. */
export function newUuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // On a plain http address in the shop's own network randomUUID does not exist.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * What a found code or a chosen product adds: {product, code, multiplier, price, unit}, and what a code may tell of the
 * single piece: lot, expiry ("YYYY-MM-DD"), mark.
 */
export function addToCart(cart, entry, count = 1000) {
  const { product } = entry;
  // A pack with a price of its own is sold by the pack; any other pack is only a quick way to say a quantity.
  const priced = entry.price !== null && entry.price !== undefined;
  const piece = [entry.lot, entry.expiry, entry.mark].map((fact) => fact ?? null);
  const goods = priced ? `${product.id}/${entry.code}` : String(product.id);
  const key = piece.some(Boolean) ? `${goods}#${JSON.stringify(piece)}` : goods;
  const quantity = priced ? count : Math.round((count * (entry.multiplier ?? 1000)) / 1000);
  const known = cart.lines.find((line) => line.key === key);
  // A mark is on one piece alone: to scan it twice is not to sell it twice.
  if (known?.mark) return { ...cart, selected: key };
  if (known) return withQuantity({ ...cart, selected: key }, key, known.quantity + quantity);
  const [lot, expiry, mark] = piece;
  const line = {
    key,
    productId: product.id,
    categoryId: product.categoryId ?? null,
    code: priced ? entry.code : null,
    perPack: priced ? entry.multiplier : 1000,
    name: product.name,
    unit: priced ? entry.unit || product.unit : product.unit,
    digits: priced ? 0 : product.digits,
    baseDigits: product.digits,
    listPrice: priced ? entry.price : product.price,
    prices: priced ? {} : (product.prices ?? {}),
    manualPrice: null,
    vatRate: product.vatRate,
    vatIncluded: product.vatIncluded,
    cashAllowed: product.cashAllowed,
    quantity: Math.min(quantity, MOST),
    discount: null,
    available: null,
    lot,
    expiry,
    mark,
  };
  return { ...cart, lines: [...cart.lines, { ...line, price: priceOf(line, cart) }], selected: key };
}

/** The price type that holds: the one chosen by hand, else the customer's, else null, the shop's usual one. */
export function priceTypeOf(cart) {
  return cart.priceTypeId ?? cart.customer?.priceTypeId ?? null;
}

/** What one of a line costs: the price by hand, else that of the price type, else the usual one (`listPrice`). */
function priceOf(line, cart) {
  const type = priceTypeOf(cart);
  return line.manualPrice ?? (type === null ? undefined : line.prices?.[type]) ?? line.listPrice ?? line.price;
}

function repriced(cart) {
  return { ...cart, lines: cart.lines.map((line) => ({ ...line, price: priceOf(line, cart) })) };
}

/** Sell to a customer (see customers.js), or to nobody in particular (null); prices become those of their type. */
export function withCustomer(cart, customer) {
  return repriced({ ...cart, customer });
}

/** Sell by a price type chosen by hand; null goes back to the customer's, or the usual one. */
export function withPriceType(cart, priceTypeId) {
  return repriced({ ...cart, priceTypeId });
}

export function selectedLine(cart) {
  return cart.lines.find((line) => line.key === cart.selected) ?? null;
}

function withLine(cart, key, change) {
  return { ...cart, lines: cart.lines.map((line) => (line.key === key ? { ...line, ...change(line) } : line)) };
}

export function withQuantity(cart, key, quantity) {
  if (quantity <= 0) return withoutLine(cart, key);
  return withLine(cart, key, () => ({ quantity: Math.min(quantity, MOST), available: null }));
}

export function withoutLine(cart, key) {
  const place = cart.lines.findIndex((line) => line.key === key);
  if (place < 0) return cart;
  const lines = cart.lines.filter((line) => line.key !== key);
  const next = lines[Math.min(place, lines.length - 1)]?.key ?? null;
  const selected = cart.selected === key ? next : cart.selected;
  return { ...cart, lines, selected, discount: lines.length ? cart.discount : null };
}

/** discount: {kind: "amount" (minor units) or "percent" (hundredths of a per cent), value}, or null to take it off. */
export function withLineDiscount(cart, key, discount) {
  return withLine(cart, key, () => ({ discount: discount?.value ? discount : null }));
}

/** A price set by hand, in minor units, or null for the shop's own again. Promotions leave such a line alone. */
export function withPrice(cart, key, price) {
  return withLine(cart, key, (line) => ({ manualPrice: price, price: priceOf({ ...line, manualPrice: price }, cart) }));
}

export function withCartDiscount(cart, discount) {
  return { ...cart, discount: discount?.value ? discount : null };
}

/** Move the selection by `step` lines. */
export function selectNear(cart, step) {
  if (cart.lines.length === 0) return cart;
  const place = cart.lines.findIndex((line) => line.key === cart.selected);
  const next = Math.min(cart.lines.length - 1, Math.max(0, place + step));
  return { ...cart, selected: cart.lines[next].key };
}

/** Note on the lines what the server found to be short: [{product_id, available}] with available in thousandths. */
export function withShortages(cart, shortages) {
  const short = new Map(shortages.map(({ productId, available }) => [productId, available]));
  const lines = cart.lines.map((line) => ({ ...line, available: short.get(line.productId) ?? null }));
  return { ...cart, lines, selected: lines.find((line) => line.available !== null)?.key ?? cart.selected };
}

/** Bring names and prices up to those of the catalogue; what a line already holds otherwise stays. */
export function refreshed(cart, index) {
  let changed = false;
  const lines = cart.lines.map((line) => {
    const product = index.get(line.productId);
    if (!product) return line;
    const now = { ...line, ...factsOf(product, line) };
    now.price = priceOf(now, cart);
    if (Object.keys(now).every((field) => isSame(line[field], now[field]))) return line;
    changed = true;
    return now;
  });
  return changed ? { ...cart, lines } : cart;
}

function factsOf(product, line) {
  const { name, vatRate, vatIncluded, cashAllowed, digits } = product;
  const facts = { name, vatRate, vatIncluded, cashAllowed, baseDigits: digits, categoryId: product.categoryId ?? null };
  if (line.code === null) return { ...facts, listPrice: product.price, prices: product.prices ?? {} };
  const pack = product.codes.find(({ code }) => code === line.code);
  return { ...facts, listPrice: pack?.price ?? line.listPrice ?? line.price, prices: {} };
}

function isSame(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function amountOf(discount, base) {
  if (!discount) return 0;
  return Math.min(base, discount.kind === "percent" ? percentOf(base, discount.value) : discount.value);
}

/**
 * The cart with its figures. rounding is the cash step, 0 when it isn't paid in cash alone; promotions are rules (see
 * promotions.js) that hold at the moment `at` by the clock of `timezone`, in the branch, for the customer's tier.
 *
 * Lines come with promotion {id, name, amount} or null. Beside what priceCart says there are promotion (of all lines
 * together), payable (what is left before the discount of the cart) and cartDiscount.
 */
export function pricedCart(cart, { rounding = 0, promotions = [], at, branchId, timezone } = {}) {
  const tier = cart.customer?.tier ?? null;
  const taken = applyPromotions(promotions, cart.lines, { branchId, tier, at, timezone });
  const lines = cart.lines.map((line, place) => {
    const promotion = taken[place]?.amount ?? 0;
    const discount = amountOf(line.discount, lineGross(line.price, line.quantity) - promotion);
    return { ...line, promotion, discount };
  });
  const payable = lines.reduce(
    (sum, line) => sum + lineGross(line.price, line.quantity) - line.promotion - line.discount,
    0,
  );
  const cartDiscount = amountOf(cart.discount, payable);
  const priced = priceCart(lines, cartDiscount, rounding);
  return {
    ...priced,
    lines: priced.lines.map((line, place) => ({ ...line, promotion: taken[place] })),
    cartDiscount,
    payable,
  };
}

/**
 * The sale as it travels to the server. payments: [{method, amount, due_date?, currency?}] with amounts in minor units;
 * `facts` is what pricedCart takes, rounding being the shop's cash step whatever it is paid with. foreignChange: what
 * of the change is given in foreign currency.
 */
export function saleOf(cart, payments, facts = {}) {
  const { foreignChange = 0, rounding = 0, ...pricing } = facts;
  const cashOnly = payments.every(({ method }) => method === "cash");
  const priced = pricedCart(cart, { ...pricing, rounding: cashOnly ? rounding : 0 });
  return {
    client_uuid: cart.uuid,
    items: cart.lines.map((line, place) => itemOf(line, priced.lines[place])),
    payments: payments.map(({ amount, ...payment }) => ({ ...payment, amount: plainMoney(amount) })),
    ...(priced.cartDiscount > 0 ? { discount: plainMoney(priced.cartDiscount) } : {}),
    ...(foreignChange > 0 ? { foreign_change: plainMoney(foreignChange) } : {}),
    ...buyerOf(cart),
    ...(cart.priceTypeId ? { price_type_id: cart.priceTypeId } : {}),
    ...(cart.approvals?.length ? { approvals: cart.approvals.map(({ token }) => token) } : {}),
    // Where nobody named a cash step, this is not what the customer is told.
    ...("rounding" in facts ? { total: plainMoney(priced.total) } : {}),
  };
}

function itemOf(line, { discount, promotion }) {
  return {
    ...(line.code === null ? { product_id: line.productId } : { barcode: line.code }),
    quantity: plainQuantity(line.quantity),
    ...(Number.isInteger(line.manualPrice) ? { price: plainMoney(line.manualPrice) } : {}),
    shown_price: plainMoney(line.price),
    ...(promotion ? { shown_promotion: plainMoney(promotion.amount), promotion_id: promotion.id } : {}),
    ...(discount > 0 ? { discount: plainMoney(discount) } : {}),
    ...(line.lot ? { batch_number: line.lot } : {}),
    ...(line.expiry ? { expiration_date: line.expiry } : {}),
    ...(line.mark ? { marking_code: line.mark } : {}),
  };
}

/** Who buys: by number, or by the name this till gave while the server had no number yet. */
function buyerOf({ customer }) {
  if (!customer) return {};
  return customer.id ? { customer_id: customer.id } : { customer_uuid: customer.uuid };
}
