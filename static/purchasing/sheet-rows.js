// The sheet's arithmetic and reading: numbers and dates as people type them, rows as Excel gives them, live totals.
// Nothing here touches the page. The server computes all of it anew; what is shown here is only what will come.

const SPACES = /[\s\u00a0\u2009\u202f]/gu;
const HUNDRED = 100n;

/** Columns in the order of the sheet; Enter walks the first five of them. */
export const COLUMNS = ["product", "quantity", "price", "lot", "expires", "discount", "sale_price"];
export const DIGITS = { quantity: 3, price: 4, discount: 2, sale_price: 2 };

export function emptyLine(key) {
  return {
    key, product_id: null, product: "", raw: "", unit: "", digits: 3, vat_rate: "0",
    quantity: "", price: "", lot: "", expires: "", discount: "", sale_price: "",
  };
}

export const isEmpty = (line) => !line.product_id && COLUMNS.every((column) => !textOf(line, column).trim());
export const textOf = (line, column) => (column === "product" ? line.product || line.raw : line[column]);

/** A number as typed, as a plain decimal text of at most `digits` places; null for what is none. Prices may have thousands points. */
export function readNumber(text, digits, { thousands = false } = {}) {
  let typed = text.replace(SPACES, "").replace(/%$/, "");
  if (thousands && /^\d{1,3}([.,]\d{3})+$/.test(typed)) typed = typed.replace(/[.,]/g, "");
  // 1,234.50 and 1.234,50: the last sign is the decimal one.
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(typed)) typed = typed.replace(/,/g, "");
  else if (/^\d{1,3}(\.\d{3})+,\d+$/.test(typed)) typed = typed.replace(/\./g, "");
  typed = typed.replace(",", ".");
  const parts = /^(\d*)(?:\.(\d*))?$/.exec(typed);
  if (!parts || !(parts[1] || parts[2])) return null;
  const rest = (parts[2] ?? "").replace(/0+$/, "");
  if (rest.length > digits || parts[1].length > 14) return null;
  return (parts[1].replace(/^0+(?=\d)/, "") || "0") + (rest ? `.${rest}` : "");
}

export const readCell = (line, column) => readNumber(line[column], DIGITS[column], { thousands: column === "price" || column === "sale_price" });

/** A day as typed (31.12.26, 31/12/2026, 311226, 2026-12-31) in ISO form; "" for nothing, null for what is none. */
export function readDay(text) {
  const typed = text.trim();
  if (!typed) return "";
  let parts = /^(\d{4})-(\d{1,2})-(\d{1,2})/.exec(typed);
  let [year, month, day] = parts ? parts.slice(1) : [];
  if (!parts) {
    parts = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$/.exec(typed) ?? /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(typed);
    if (!parts) return null;
    [day, month, year] = parts.slice(1);
  }
  const full = Number(year) + (year.length === 2 ? 2000 : 0);
  const moment = new Date(Date.UTC(full, Number(month) - 1, Number(day)));
  if (moment.getUTCMonth() !== Number(month) - 1 || moment.getUTCDate() !== Number(day)) return null;
  return moment.toISOString().slice(0, 10);
}

/** 31.12.2026 */
export const showDay = (iso) => iso.split("-").reverse().join(".");

const scaled = (text, digits) => {
  const [whole, rest = ""] = (text ?? "0").split(".");
  return BigInt(whole + rest.slice(0, digits).padEnd(digits, "0"));
};
const halfUp = (value, by) => (2n * value + by) / (2n * by);

/** What a line comes to in minor units: {discount, tax, total}; the law is smartpos/purchasing/costing.py. */
export function amounts(line, vatIncluded) {
  const quantity = scaled(readCell(line, "quantity"), 3);
  const price = scaled(readCell(line, "price"), 4);
  const percent = scaled(readCell(line, "discount"), 2);
  const rate = scaled(line.vat_rate, 2);
  const gross = halfUp(quantity * price, 100_000n);
  const discount = halfUp(gross * percent, HUNDRED * HUNDRED);
  const amount = gross - discount;
  const tax = vatIncluded
    ? halfUp(amount * rate, HUNDRED * HUNDRED + rate)
    : halfUp(amount * rate, HUNDRED * HUNDRED);
  return { discount, tax, total: vatIncluded ? amount : amount + tax };
}

export function totals(lines, vatIncluded) {
  const sum = { discount: 0n, tax: 0n, total: 0n, quantity: 0 };
  for (const line of lines) {
    if (isEmpty(line)) continue;
    const one = amounts(line, vatIncluded);
    for (const name of ["discount", "tax", "total"]) sum[name] += one[name];
    sum.quantity += 1;
  }
  return sum;
}

/**
 * Rows copied from a spreadsheet as cells by column, beginning at `column`; null for text that is not a table.
 * Where a code and a name stand side by side, the name is kept as `raw`. A row of headings is left out.
 */
export function readTable(text, column) {
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  if (!clean.includes("\t") && !clean.includes("\n")) return null;
  const rows = clean.split("\n").map((row) => row.split("\t").map((cell) => cell.trim())).filter((row) => row.some(Boolean));
  const wanted = COLUMNS.slice(COLUMNS.indexOf(column));
  const isNumber = (cell) => readNumber(cell ?? "", 6) !== null;
  let named = false;
  if (column === "product" && rows.some((row) => row.length > 2)) {
    const words = rows.filter((row) => row[1] && !isNumber(row[1]) && isNumber(row[2]));
    named = words.length * 2 > rows.length;
  }
  const cells = rows.map((row) => {
    const rest = named ? [row[0], ...row.slice(2)] : row;
    const found = Object.fromEntries(wanted.map((name, place) => [name, rest[place] ?? ""]));
    return named ? { ...found, raw: row[1] } : found;
  });
  const isHeading = (row) => ["quantity", "price"].some((name) => row[name] && !isNumber(row[name]));
  if (cells.length > 1 && isHeading(cells[0]) && !isHeading(cells[1])) cells.shift();
  return cells;
}
