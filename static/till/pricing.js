// What the till shows before the server has spoken. The server prices every sale anew by the same rules
// (docs/money.md); tests/vectors/prices.json holds both to the same figures.

const HUNDRED = 10000n; // per cent in hundredths
const THOUSAND = 1000n;

/** numerator / denominator rounded half up, for what is not negative. */
export function roundHalfUp(numerator, denominator) {
  return (numerator * 2n + denominator) / (denominator * 2n);
}

/** Divide `amount` in proportion to `weights`, exact to the minor unit: largest remainder, the earlier on a tie. */
function spread(amount, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (amount === 0n || total === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (amount * weight) / total);
  const remainders = weights.map((weight) => (amount * weight) % total);
  const left = Number(amount - parts.reduce((sum, part) => sum + part, 0n));
  const order = weights.map((_, place) => place);
  order.sort((one, other) => {
    if (remainders[one] === remainders[other]) return one - other;
    return remainders[one] > remainders[other] ? -1 : 1;
  });
  for (const place of order.slice(0, left)) parts[place] += 1n;
  return parts;
}

/** price (minor units) × quantity (thousandths) in minor units, rounded half up. */
export function lineGross(price, quantity) {
  return Number(roundHalfUp(BigInt(price) * BigInt(quantity), THOUSAND));
}

/** `percent` (hundredths of a per cent) of `amount`, rounded half up to the minor unit. */
export function percentOf(amount, percent) {
  return Number(roundHalfUp(BigInt(amount) * BigInt(percent), HUNDRED));
}

/**
 * Price a cart.
 *
 * lines: {price, quantity, promotion, discount, vatRate (hundredths of a per cent), vatIncluded}; all integers, see
 * money.js. The promotion goes off the gross, the discount off what the promotion leaves.
 * cartDiscount is in minor units. rounding is the cash step in minor units; 0 when the sale isn't paid in cash alone.
 * Discounts that exceed what they are taken from are cut, because a half-typed cart must be shown as well.
 */
export function priceCart(lines, cartDiscount = 0, rounding = 0) {
  const gross = lines.map((line) => roundHalfUp(BigInt(line.price) * BigInt(line.quantity), THOUSAND));
  const promotion = lines.map((line, place) => least(BigInt(line.promotion ?? 0), gross[place]));
  const reduced = gross.map((amount, place) => amount - promotion[place]);
  const discount = lines.map((line, place) => least(BigInt(line.discount ?? 0), reduced[place]));
  const after = reduced.map((amount, place) => amount - discount[place]);
  const payable = after.reduce((sum, amount) => sum + amount, 0n);
  const shares = spread(least(BigInt(cartDiscount), payable), after);
  const priced = lines.map((line, place) => {
    const net = after[place] - shares[place];
    const rate = BigInt(line.vatRate);
    const tax = roundHalfUp(net * rate, line.vatIncluded ? HUNDRED + rate : HUNDRED);
    return {
      gross: Number(gross[place]),
      promotion: Number(promotion[place]),
      discount: Number(discount[place]),
      cartDiscount: Number(shares[place]),
      net: Number(net),
      tax: Number(tax),
      total: Number(line.vatIncluded ? net : net + tax),
    };
  });
  const sum = (field) => priced.reduce((total, line) => total + line[field], 0);
  const exact = sum("total");
  const total = rounding > 0 ? Number(roundHalfUp(BigInt(exact), BigInt(rounding)) * BigInt(rounding)) : exact;
  return {
    lines: priced,
    gross: sum("gross"),
    payable: Number(payable),
    promotion: sum("promotion"),
    discount: sum("promotion") + sum("discount") + sum("cartDiscount"),
    tax: sum("tax"),
    rounding: total - exact,
    total,
  };
}

function least(one, other) {
  return one < other ? one : other;
}

const NOTES = {
  UZS: [1000, 5000, 10000, 50000, 100000, 200000],
  KZT: [500, 1000, 2000, 5000, 10000, 20000],
};

/** Amounts a customer is likely to hand over for `total` (minor units), the exact one first, at most six. */
export function quickCash(total, currency) {
  const steps = (NOTES[currency] ?? NOTES.UZS).map((note) => note * 100);
  const amounts = new Set([total]);
  for (const step of steps) amounts.add(Math.ceil(total / step) * step);
  return [...amounts].sort((one, other) => one - other).slice(0, 6);
}
