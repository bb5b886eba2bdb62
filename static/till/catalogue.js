// The products on this device: kept in IndexedDB, brought up to date by asking what changed since the last time.

import { openDB } from "../vendor/idb.js";
import { fold, normalApostrophes } from "./fold.js";
import { minor, scaled, thousandths } from "./money.js";
import { SearchIndex } from "./search-index.js";

const SHELF = 256; // products are stored by the shelf: thousands of single records would open slowly
const PAGE = 1000;
const VERSION = 1;

/** A product as the till needs it: integers instead of decimal texts, codes in one list. */
export function productOf(item) {
  const codes = new Map();
  if (item.sku) codes.set(item.sku, { code: item.sku, multiplier: 1000, price: null, unit: null });
  for (const pack of item.barcodes ?? []) {
    codes.set(pack.barcode, {
      code: pack.barcode,
      multiplier: thousandths(pack.multiplier ?? "1"),
      price: pack.price === null || pack.price === undefined ? null : minor(pack.price),
      unit: pack.title ?? pack.unit ?? null,
    });
  }
  if (item.barcode && !codes.has(item.barcode)) {
    codes.set(item.barcode, { code: item.barcode, multiplier: 1000, price: null, unit: null });
  }
  return {
    id: item.id,
    name: normalApostrophes(item.name),
    key: item.search_key || fold(item.name),
    sku: item.sku ?? "",
    unit: item.unit ?? "",
    digits: item.unit_digits ?? 0,
    price: minor(item.price),
    prices: Object.fromEntries(Object.entries(item.prices ?? {}).map(([type, price]) => [type, minor(price)])),
    vatRate: scaled(String(item.vat_rate ?? "0"), 2),
    vatIncluded: item.vat_included !== false,
    categoryId: item.category_id ?? null,
    stock: item.stock_quantity === null || item.stock_quantity === undefined ? null : thousandths(item.stock_quantity),
    image: item.image_url ?? null,
    cashAllowed: item.cash_allowed !== false,
    active: item.is_active !== false && item.deleted !== true,
    codes: [...codes.values()],
  };
}

function isSame(one, other) {
  return other !== null && JSON.stringify(one) === JSON.stringify(other);
}

export class Catalogue {
  /** `name` must be another one for every shop and branch: stock and prices differ. */
  constructor(api, { name, branchId, url }) {
    this.api = api;
    this.name = name;
    this.branchId = branchId;
    this.url = url;
    this.index = new SearchIndex();
    this.syncedAt = null;
    this.database = null;
    this.shelves = new Map(); // shelf -> Map of id -> product
    this.running = null;
  }

  /** Fill the index from this device. Returns whether there is a complete catalogue to sell from. */
  async open() {
    try {
      this.database = await openDB(this.name, VERSION, {
        upgrade(database) {
          database.createObjectStore("shelves");
          database.createObjectStore("facts");
        },
      });
      const [numbers, shelves, syncedAt] = await Promise.all([
        this.database.getAllKeys("shelves"),
        this.database.getAll("shelves"),
        this.database.get("facts", "syncedAt"),
      ]);
      if (!syncedAt) return false;
      numbers.forEach((number, place) => {
        this.shelves.set(number, new Map(shelves[place].map((product) => [product.id, product])));
        for (const product of shelves[place]) this.index.put(product);
      });
      this.syncedAt = syncedAt;
      return true;
    } catch {
      // Private windows and full disks: the till then keeps its catalogue in memory alone.
      this.database = null;
      return false;
    }
  }

  /** Fetch what changed. `progress(count)` is told how many products have come. Returns how many really changed. */
  sync(progress = () => {}) {
    this.running ??= this.#sync(progress).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #sync(progress) {
    const touched = new Set();
    let cursor = null;
    let syncedAt = null;
    let count = 0;
    let changed = 0;
    do {
      const page = await this.api.get(this.url, {
        branch_id: this.branchId,
        updated_since: this.syncedAt,
        cursor,
        limit: PAGE,
      });
      for (const product of page.items.map(productOf)) {
        // The server sends the last minute's changes again, to be sure.
        if (isSame(product, this.index.get(product.id))) continue;
        touched.add(this.#place(product));
        changed += 1;
      }
      count += page.items.length;
      // The first page's moment, so that what changes while the pages come is fetched again next time.
      syncedAt ??= page.synced_at;
      cursor = page.next_cursor;
      progress(count);
    } while (cursor);
    await this.#store(touched, syncedAt);
    this.syncedAt = syncedAt ?? this.syncedAt;
    return changed;
  }

  /** Put a product on its shelf and into the index; returns the shelf's number. */
  #place(product) {
    const number = Math.floor(product.id / SHELF);
    if (!this.shelves.has(number)) this.shelves.set(number, new Map());
    this.shelves.get(number).set(product.id, product);
    this.index.put(product);
    return number;
  }

  async #store(touched, syncedAt) {
    if (!this.database) return;
    try {
      const work = this.database.transaction(["shelves", "facts"], "readwrite");
      const shelves = work.objectStore("shelves");
      for (const number of touched) shelves.put([...this.shelves.get(number).values()], number);
      if (syncedAt) work.objectStore("facts").put(syncedAt, "syncedAt");
      await work.done;
    } catch {
      this.database = null;
    }
  }

  /** Take what was sold off the stock shown here; the next sync brings the true figures. */
  async take(quantities) {
    const touched = new Set();
    for (const [id, quantity] of quantities) {
      const product = this.index.get(id);
      if (product && product.stock !== null) touched.add(this.#place({ ...product, stock: product.stock - quantity }));
    }
    await this.#store(touched, null);
  }

  /** Forget everything on this device and fetch it anew. */
  async renew(progress) {
    this.index = new SearchIndex();
    this.shelves.clear();
    this.syncedAt = null;
    if (this.database) await Promise.all([this.database.clear("shelves"), this.database.clear("facts")]);
    return this.sync(progress);
  }
}
