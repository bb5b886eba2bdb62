// The cart as plain data and functions from one cart to the next. Money in minor units, quantities in thousandths.

import { lineGross, percentOf, priceCart } from "./pricing.js";
import { plainMoney, plainQuantity } from "./money.js";

export const MOST = 99999999999; // thousandths; what a quantity column takes

/**
 * An empty cart. Its uuid names the sale for the server, so that sending it twice sells it once. `customer` is who buys
 * (see customers.js), `priceTypeId` the price type chosen for this sale, `approvals` what a manager has allowed for it
 * ([{action, token}]), `back` the goods it takes back in exchange (see refunds.js).
 */
export function emptyCart() {
  return {
    uuid: newUuid(), lines: [], discount: null, selected: null, customer: null, priceTypeId: null, approvals: [], back: null,
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

/** What a found code or a chosen product adds: {product, code, multiplier, price, unit}. */
export function addToCart(cart, entry, count = 1000) {
  const { product } = entry;
  // A pack with a price of its own is sold by the pack; any other pack is only a quick way to say a quantity.
  const priced = entry.price !== null && entry.price !== undefined;
  const key = priced ? `${product.id}/${entry.code}` : String(product.id);
  const quantity = priced ? count : Math.round((count * (entry.multiplier ?? 1000)) / 1000);
  const known = cart.lines.find((line) => line.key === key);
  if (known) return withQuantity({ ...cart, selected: key }, key, known.quantity + quantity);
  const line = {
    key,
    productId: product.id,
    code: priced ? entry.code : null,
    perPack: priced ? entry.multiplier : 1000,
    name: product.name,
    unit: priced ? entry.unit || product.unit : product.unit,
    digits: priced ? 0 : product.digits,
    price: priced ? entry.price : product.price,
    vatRate: product.vatRate,
    vatIncluded: product.vatIncluded,
    cashAllowed: product.cashAllowed,
    quantity: Math.min(quantity, MOST),
    discount: null,
    available: null,
  };
  return { ...cart, lines: [...cart.lines, line], selected: key };
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

/** A price set by hand, in minor units, or null for the shop's own again. */
export function withPrice(cart, key, price) {
  return withLine(cart, key, (line) => {
    const own = line.listPrice ?? line.price;
    return price === null ? { price: own, listPrice: null, manualPrice: null }
      : { price, listPrice: own, manualPrice: price };
  });
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
    const pack = line.code === null ? null : product.codes.find(({ code }) => code === line.code);
    const price = line.code === null ? product.price : (pack?.price ?? line.price);
    const { name, vatRate, vatIncluded, cashAllowed } = product;
    const prices = line.manualPrice === null || line.manualPrice === undefined ? { price } : { listPrice: price };
    const fresh = { name, ...prices, vatRate, vatIncluded, cashAllowed };
    if (Object.entries(fresh).every(([field, value]) => line[field] === value)) return line;
    changed = true;
    return { ...line, ...fresh };
  });
  return changed ? { ...cart, lines } : cart;
}

function amountOf(discount, base) {
  if (!discount) return 0;
  return Math.min(base, discount.kind === "percent" ? percentOf(base, discount.value) : discount.value);
}

/** The cart with its figures; `rounding` is the cash step, 0 when it isn't paid in cash alone. */
export function pricedCart(cart, rounding) {
  const discounts = cart.lines.map((line) => amountOf(line.discount, lineGross(line.price, line.quantity)));
  const lines = cart.lines.map((line, place) => ({ ...line, discount: discounts[place] }));
  const payable = cart.lines.reduce(
    (sum, line, place) => sum + lineGross(line.price, line.quantity) - discounts[place],
    0,
  );
  const cartDiscount = amountOf(cart.discount, payable);
  return { ...priceCart(lines, cartDiscount, rounding), cartDiscount, payable };
}

/**
 * The sale as it travels to the server. payments: [{method, amount, due_date?, currency?}] with amounts in minor units;
 * foreignChange: what of the change is given in foreign currency.
 */
export function saleOf(cart, payments, foreignChange = 0) {
  const priced = pricedCart(cart, 0);
  return {
    client_uuid: cart.uuid,
    items: cart.lines.map((line, place) => ({
      ...(line.code === null ? { product_id: line.productId } : { barcode: line.code }),
      quantity: plainQuantity(line.quantity),
      ...(priced.lines[place].discount > 0 ? { discount: plainMoney(priced.lines[place].discount) } : {}),
      ...(Number.isInteger(line.manualPrice) ? { price: plainMoney(line.manualPrice) } : {}),
    })),
    payments: payments.map(({ amount, ...payment }) => ({ ...payment, amount: plainMoney(amount) })),
    ...(priced.cartDiscount > 0 ? { discount: plainMoney(priced.cartDiscount) } : {}),
    ...(foreignChange > 0 ? { foreign_change: plainMoney(foreignChange) } : {}),
    ...buyerOf(cart),
    ...(cart.priceTypeId ? { price_type_id: cart.priceTypeId } : {}),
    ...(cart.approvals?.length ? { approvals: cart.approvals.map(({ token }) => token) } : {}),
  };
}

/** Who buys: by number, or by the name this till gave while the server had no number yet. */
function buyerOf({ customer }) {
  if (!customer) return {};
  return customer.id ? { customer_id: customer.id } : { customer_uuid: customer.uuid };
}
