// Money as integers of minor units, quantities as integers of thousandths: how they are read, written and shown.

const THIN = "\u202f";
const SPACES = /[\s\u00a0\u2009\u202f]/gu;

/** "24500.5" from the server as minor units; exact, because it never becomes a float. */
export function minor(text) {
  return scaled(String(text ?? "0"), 2);
}

/** "1.250" from the server as thousandths. */
export function thousandths(text) {
  return scaled(String(text ?? "0"), 3);
}

/** A plain decimal text as an integer with `digits` decimal places; NaN when it is no such number. */
export function scaled(text, digits) {
  const parts = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!parts || !(parts[2] || parts[3])) return NaN;
  const rest = parts[3] ?? "";
  if (rest.length > digits && /[1-9]/.test(rest.slice(digits))) return NaN;
  const value = Number((parts[2] || "0") + rest.slice(0, digits).padEnd(digits, "0"));
  return Number.isSafeInteger(value) ? (parts[1] ? -value : value) : NaN;
}

/** An integer of minor units as the plain decimal that travels to the server. */
export function plainMoney(value) {
  return plain(value, 2);
}

/** An integer of thousandths as the plain decimal that travels to the server. */
export function plainQuantity(value) {
  return plain(value, 3);
}

function plain(value, digits) {
  const sign = value < 0 ? "-" : "";
  const all = String(Math.abs(value)).padStart(digits + 1, "0");
  return `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** Digits as they are being typed, in groups of three; anything else is left as it is. */
export function groupedTyping(text) {
  const digits = text.replace(SPACES, "");
  return /^\d{1,15}$/.test(digits) ? grouped(digits) : text;
}

function grouped(whole) {
  return whole.replace(/\B(?=(\d{3})+$)/g, THIN);
}

/**
 * Minor units for people: 1 234 500, and 1 234 500,50 where there is something behind the comma.
 * `shown` is how many digits the shop shows always.
 */
export function showMoney(value, shown = 0) {
  const [whole, rest] = plainMoney(Math.abs(value)).split(".");
  const sign = value < 0 ? "\u2212" : "";
  const tail = shown === 0 && rest === "00" ? "" : `,${rest}`;
  return sign + grouped(whole) + tail;
}

/** Thousandths for people: 3, 1,25, 0,735. */
export function showQuantity(value) {
  const [whole, rest] = plainQuantity(Math.abs(value)).split(".");
  const tail = rest.replace(/0+$/, "");
  return (value < 0 ? "\u2212" : "") + grouped(whole) + (tail ? `,${tail}` : "");
}

/**
 * What a person typed for money, in minor units, or null: 24500, 24 500, 24.500 (a thousands point), 24,5 and 24.50.
 */
export function readMoney(text) {
  let typed = text.replace(SPACES, "");
  if (/^\d{1,3}([.,]\d{3})+$/.test(typed)) typed = typed.replace(/[.,]/g, "");
  return positive(scaled(typed.replace(",", "."), 2), typed);
}

/** What a person typed for a quantity, in thousandths, or null: 3, 1,25, 1.250. */
export function readQuantity(text) {
  const typed = text.replace(SPACES, "");
  return positive(scaled(typed.replace(",", "."), 3), typed);
}

/** What a person typed for a percentage, in hundredths of a per cent, or null. */
export function readPercent(text) {
  const typed = text.replace(SPACES, "").replace(/%$/, "");
  const value = positive(scaled(typed.replace(",", "."), 2), typed);
  return value !== null && value <= 10000 ? value : null;
}

function positive(value, typed) {
  return typed && !typed.startsWith("-") && Number.isSafeInteger(value) ? value : null;
}
