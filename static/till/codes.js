// Codes that say more than which product it is: labels of the shop's scale, and GS1 codes with lot, expiry and mark.
// The server reads labels of a scale by the same rules (smartpos/catalog/scales.py, tests/vectors/scales.json).

import { showQuantity } from "./money.js";

const LENGTH = 13;
const PATTERN = /^(\d+)(C+)(?:(W+)|(P+))X$/;
const SEPARATOR = "\u001d"; // FNC1 between fields of variable length; scanners may leave it out
const SYMBOLOGY = /^\](?:C1|d2|e0|Q3|J1)/;

// Application identifiers of GS1 whose fields have a fixed length; of the others the field ends at a separator.
const FIXED = new Map([["01", 14], ["02", 14], ["11", 6], ["13", 6], ["15", 6], ["16", 6], ["17", 6], ["20", 2]]);
const VARIABLE = new Set(["10", "21", "22", "30", "37", "91", "92", "93", "240", "8005"]);

/** The check digit of an EAN: `digits` are those before it. */
function checkDigit(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 1 : 3), 0);
  return String((10 - (sum % 10)) % 10);
}

/** The shop's patterns ("20CCCCCWWWWWX,21CCCCCPPPPPX") as readers. */
export function scaleReaders(patterns) {
  return patterns.split(",").filter((text) => text.length === LENGTH).flatMap((text) => {
    const parts = PATTERN.exec(text);
    if (!parts) return [];
    const [, literal, item, grams, price] = parts;
    const amount = (grams ?? price).length;
    return [{ reads: new RegExp(`^${literal}(\\d{${item.length}})(\\d{${amount}})\\d$`), weighs: grams !== undefined }];
  });
}

/** What a label of the scale says: {item, grams, price} (grams or price in whole units, the other null), or null. */
export function readScaleCode(code, readers) {
  if (!/^\d{13}$/.test(code) || checkDigit(code.slice(0, -1)) !== code.at(-1)) return null;
  for (const { reads, weighs } of readers) {
    const found = reads.exec(code);
    if (!found) continue;
    const amount = Number(found[2]);
    if (amount === 0) return null;
    return { item: found[1], grams: weighs ? amount : null, price: weighs ? null : amount };
  }
  return null;
}

/** The fields of a GS1 code by application identifier, or null when it is none. */
export function readGs1(text) {
  let rest = text.replace(SYMBOLOGY, "");
  const marked = rest !== text;
  if (/^\(\d{2,4}\)/.test(rest)) return bracketed(rest);
  if (rest.startsWith(SEPARATOR)) rest = rest.slice(1);
  if (!marked && !/^01\d{14}(?=.)/.test(rest)) return null;
  const fields = new Map();
  while (rest) {
    if (rest.startsWith(SEPARATOR)) {
      rest = rest.slice(1);
      continue;
    }
    const measure = /^(31[0-6]\d)(\d{6})/.exec(rest);
    if (measure) {
      fields.set(measure[1], measure[2]);
      rest = rest.slice(10);
      continue;
    }
    const name = [2, 3, 4].map((length) => rest.slice(0, length)).find((one) => FIXED.has(one) || VARIABLE.has(one));
    if (!name) break;
    const fixed = FIXED.get(name);
    if (fixed) {
      const value = rest.slice(name.length, name.length + fixed);
      if (!new RegExp(`^\\d{${fixed}}$`).test(value)) break;
      fields.set(name, value);
      rest = rest.slice(name.length + fixed);
    } else {
      const end = rest.indexOf(SEPARATOR);
      fields.set(name, rest.slice(name.length, end < 0 ? undefined : end));
      rest = end < 0 ? "" : rest.slice(end + 1);
    }
  }
  return fields.has("01") && checkDigit(fields.get("01").slice(0, -1)) === fields.get("01").at(-1) ? fields : null;
}

function bracketed(text) {
  const fields = new Map([...text.matchAll(/\((\d{2,4})\)([^(]*)/g)].map(([, name, value]) => [name, value.trim()]));
  const gtin = fields.get("01") ?? "";
  return /^\d{14}$/.test(gtin) && checkDigit(gtin.slice(0, -1)) === gtin.at(-1) ? fields : null;
}

/** YYMMDD of GS1 as "YYYY-MM-DD"; day 00 is the last of the month. Null when there is no such day. */
export function gs1Date(text) {
  if (!/^\d{6}$/.test(text ?? "")) return null;
  const [year, month, day] = [text.slice(0, 2), text.slice(2, 4), text.slice(4)].map(Number);
  // GS1: years more than 50 ahead belong to the century before; goods on a shelf are never that old.
  const date = new Date(Date.UTC(2000 + year, day === 0 ? month : month - 1, day));
  const [, foundMonth] = date.toISOString().split("-").map(Number);
  return month >= 1 && month <= 12 && foundMonth === month ? date.toISOString().slice(0, 10) : null;
}

/** Reads codes beyond those the catalogue knows by heart. */
export class Codes {
  constructor(patterns) {
    this.readers = scaleReaders(patterns ?? "");
  }

  /** What to add to the cart for a code (see cart.js), or null. */
  lookUp(code, index) {
    return this.#fromScale(code, index) ?? fromGs1(code, index);
  }

  #fromScale(code, index) {
    const label = readScaleCode(code, this.readers);
    const found = label && (index.lookUp(label.item) ?? index.lookUp(label.item.replace(/^0+(?=\d)/, "")));
    if (!found) return null;
    const { product } = found;
    if (label.grams !== null) return { product, code, multiplier: label.grams, price: null, unit: null };
    if (!(product.price > 0)) return null;
    // The label's price holds to the tiyin; what leaves stock is worked out from it.
    const price = label.price * 100;
    const weight = Math.max(1, Math.round((price * 1000) / product.price));
    return { product, code, multiplier: weight, price, unit: `${showQuantity(weight)} ${product.unit}` };
  }
}

function fromGs1(code, index) {
  const fields = readGs1(code);
  if (!fields) return null;
  const gtin = fields.get("01");
  const found = index.lookUp(gtin) ?? index.lookUp(gtin.replace(/^0/, "")) ?? index.lookUp(gtin.replace(/^0+/, ""));
  if (!found) return null;
  const weight = [...fields].find(([name]) => name.startsWith("310"));
  const scale = weight ? 3 - Number(weight[0][3]) : 0;
  return {
    ...found,
    ...(weight ? { multiplier: Math.round(Number(weight[1]) * 10 ** scale), price: null, unit: null } : {}),
    lot: fields.get("10") || null,
    expiry: gs1Date(fields.get("17")),
    // A serial number names one single piece: the whole code is its mark.
    mark: fields.has("21") ? code.replace(SYMBOLOGY, "") : null,
  };
}
