// The catalogue in memory: codes for the scanner, folded words for the search. Nothing here waits for the network.

import { fold, swapLayout } from "./fold.js";

// How well a word of the query meets a word of the name; the smaller the better. 0 means: does not meet.
const WHOLE = 1;
const BEGINNING = 2;
const INSIDE = 3;
const TYPO = 4;

const MANY = 5000; // so many equally good products are not put in order; whoever sees them types on

const byName = new Intl.Collator(["uz", "ru"], { numeric: true });

export class SearchIndex {
  constructor() {
    this.products = [];
    this.places = new Map(); // product id -> place in products
    this.codes = new Map(); // code -> {place, multiplier, price, unit, code}
    this.words = []; // distinct words of all names
    this.postings = new Map(); // word -> places of the products that have, or had, it in their name
    this.order = null; // active products by name; made when somebody wants it
    this.renamed = new Set(); // places whose postings must be checked against the name of today
  }

  get size() {
    return this.places.size;
  }

  get(id) {
    const place = this.places.get(id);
    return place === undefined ? null : this.products[place];
  }

  /** Add or replace a product (see catalogue.js for its shape). */
  put(product) {
    let place = this.places.get(product.id);
    const before = place === undefined ? null : this.products[place];
    if (before) {
      for (const { code } of before.codes) {
        const known = normal(code);
        if (this.codes.get(known)?.place === place) this.codes.delete(known);
      }
      if (before.key !== product.key) this.renamed.add(place);
    } else {
      place = this.products.length;
      this.places.set(product.id, place);
    }
    this.products[place] = product;
    if (!before || before.key !== product.key || before.active !== product.active) this.order = null;
    if (product.active) for (const entry of product.codes) this.#putCode(entry, place);
    if (!before || before.key !== product.key) this.#putWords(product.key, place, before?.key);
  }

  #putCode(entry, place) {
    // A code that a pack shares with another product's own code belongs to whoever had it first.
    const code = normal(entry.code);
    const holder = this.codes.get(code);
    if (!holder || !this.products[holder.place].active) this.codes.set(code, { ...entry, place });
  }

  #putWords(key, place, keyBefore) {
    const known = new Set(keyBefore ? keyBefore.split(" ") : []);
    for (const word of new Set(key.split(" "))) {
      if (!word || known.has(word)) continue;
      const places = this.postings.get(word);
      if (places) places.push(place);
      else {
        this.postings.set(word, [place]);
        this.words.push(word);
      }
    }
  }

  /** The active products' places in `products`, by name. */
  inOrder() {
    if (this.order === null) {
      const { products } = this;
      this.order = products.map((_, place) => place).filter((place) => products[place].active);
      this.order.sort((one, other) => {
        if (products[one].key === products[other].key) return one - other;
        return products[one].key < products[other].key ? -1 : 1;
      });
    }
    return this.order;
  }

  /** What a scanned or typed code stands for: {product, code, multiplier, price, unit}, or null. */
  lookUp(code) {
    const typed = normal(code);
    // Scanners differ in whether they send the leading zero of an EAN-13 that was a UPC-A; letters follow the layout.
    const zero = typed.length === 12 ? `0${typed}` : typed.length === 13 && typed[0] === "0" ? typed.slice(1) : typed;
    for (const candidate of [typed, zero, normal(swapLayout(typed))]) {
      const entry = this.codes.get(candidate);
      if (entry) return { ...entry, product: this.products[entry.place] };
    }
    return null;
  }

  /** Products for a query, best first. */
  search(text, limit = 40) {
    const words = fold(text).split(" ").filter(Boolean);
    let found = words.length ? this.#match(words, false) : new Map();
    this.#addCodes(text.trim(), found);
    if (found.size === 0) {
      const swapped = fold(swapLayout(text)).split(" ").filter(Boolean);
      found = swapped.length ? this.#match(swapped, false) : found;
      if (found.size === 0 && words.length) found = this.#match(words, true);
      if (found.size === 0 && swapped.length) found = this.#match(swapped, true);
    }
    return this.#best(found, words, limit);
  }

  /** place -> sum of the badness of every query word; only places that meet all words. */
  #match(words, withTypos) {
    let found = null;
    for (const word of words) {
      const met = new Map();
      for (const candidate of this.words) {
        const how = meets(candidate, word, withTypos);
        if (!how) continue;
        for (const place of this.postings.get(candidate)) {
          if (found && !found.has(place)) continue;
          if (this.renamed.has(place) && !hasWord(this.products[place].key, candidate)) continue;
          const known = met.get(place);
          if (known === undefined || how < known) met.set(place, how);
        }
      }
      if (found) for (const [place, how] of met) met.set(place, how + found.get(place));
      found = met;
      if (found.size === 0) break;
    }
    return found ?? new Map();
  }

  /** Digits and article numbers are looked for in the codes as they are. */
  #addCodes(text, found) {
    if (text.length < 3 || !/[0-9]/.test(text)) return;
    const sought = normal(text);
    for (const [code, { place }] of this.codes) {
      if (!code.includes(sought)) continue;
      const how = code === sought ? 0 : code.startsWith(sought) ? BEGINNING : INSIDE;
      if (!found.has(place) || found.get(place) > how) found.set(place, how);
    }
  }

  #best(found, words, limit) {
    const first = words[0] ?? "";
    const shelves = []; // rank -> products; ranks are few, products may be thousands
    for (const [place, badness] of found) {
      const product = this.products[place];
      if (!product.active) continue;
      const missing = product.stock !== null && product.stock <= 0;
      const rank = badness * 4 + (product.key.startsWith(first) ? 0 : 2) + (missing ? 1 : 0);
      (shelves[rank] ??= []).push(product);
    }
    const best = [];
    for (const shelf of shelves) {
      if (!shelf) continue;
      if (shelf.length < MANY) shelf.sort(shortestFirst);
      const taken = shelf.slice(0, limit - best.length).sort((one, other) => byName.compare(one.name, other.name));
      best.push(...taken);
      if (best.length === limit) break;
    }
    return best;
  }
}

function shortestFirst(one, other) {
  return one.key.length - other.key.length;
}

function normal(code) {
  return code.trim().toUpperCase();
}

function hasWord(key, word) {
  return ` ${key} `.includes(` ${word} `);
}

function meets(candidate, word, withTypos) {
  if (candidate.startsWith(word)) return candidate.length === word.length ? WHOLE : BEGINNING;
  if (word.length > 1 && candidate.includes(word)) return INSIDE;
  if (!withTypos || word.length < 4) return 0;
  const allowed = word.length < 8 ? 1 : 2;
  if (candidate.length < word.length - allowed) return 0;
  return beginsAlmostLike(candidate, word, allowed) ? TYPO : 0;
}

const rows = [new Uint8Array(66), new Uint8Array(66), new Uint8Array(66)];

/**
 * Whether some beginning of `candidate` differs from `word` by at most `allowed` letters added, left out, changed
 * or swapped with their neighbour: the rest of the word may simply not be typed yet.
 */
export function beginsAlmostLike(candidate, word, allowed) {
  const width = Math.min(candidate.length, word.length + allowed, 64);
  let [last, row, next] = rows;
  for (let column = 0; column <= width; column += 1) row[column] = column;
  const length = Math.min(word.length, 64);
  for (let at = 1; at <= length; at += 1) {
    next[0] = at;
    let least = at;
    for (let column = 1; column <= width; column += 1) {
      const same = word[at - 1] === candidate[column - 1];
      let cost = Math.min(row[column] + 1, next[column - 1] + 1, row[column - 1] + (same ? 0 : 1));
      if (at > 1 && column > 1 && word[at - 1] === candidate[column - 2] && word[at - 2] === candidate[column - 1]) {
        cost = Math.min(cost, last[column - 2] + 1);
      }
      next[column] = cost;
      if (cost < least) least = cost;
    }
    if (least > allowed) return false;
    [last, row, next] = [row, next, last];
  }
  for (let column = 0; column <= width; column += 1) if (row[column] <= allowed) return true;
  return false;
}
