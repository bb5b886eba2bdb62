// The customers on this device: found without the network, brought up to date by asking what changed, and with what
// this till has sold and taken on credit that the server does not know yet.

import { openDB } from "../vendor/idb.js";
import { customerOf } from "./customers.js";
import { fold } from "./fold.js";
import { minor } from "./money.js";

const SHELF = 256; // customers are stored by the shelf, as products are
const PAGE = 1000;
const VERSION = 1;
const FEWEST_DIGITS = 3; // of a phone number that are worth looking for
const UNSENT = ["waiting", "sending", "attention"];

// How well a customer meets a query; the smaller the better.
const WHOLE = 0;
const BEGINNING = 1;
const WORDS = 2;
const INSIDE = 3;

const byName = new Intl.Collator(["uz", "ru"], { numeric: true });

export class Directory {
  /** `api`, the address of the list, and a name for the database: another one for every shop. */
  constructor(api, { name, url }) {
    this.api = api;
    this.name = name;
    this.url = url;
    this.database = null;
    this.syncedAt = null;
    this.shelves = new Map(); // shelf -> Map of id -> customer
    this.own = new Map(); // uuid -> customer whom the server does not know yet
    this.keys = []; // {id or uuid, key, digits}: what is searched
    this.stale = true; // whether keys must be made anew
    this.unsent = new Map(); // id of an entry of the outbox -> {customer, balance, points}
    this.running = null;
  }

  /** Whether all customers are here. */
  get ready() {
    return this.syncedAt !== null;
  }

  get size() {
    let count = this.own.size;
    for (const shelf of this.shelves.values()) count += shelf.size;
    return count;
  }

  async open() {
    try {
      this.database = await openDB(this.name, VERSION, {
        upgrade(fresh) {
          fresh.createObjectStore("shelves");
          fresh.createObjectStore("own");
          fresh.createObjectStore("facts");
        },
        blocking(_current, _blocked, event) { event.target.close(); },
      });
      const [numbers, shelves, own, syncedAt] = await Promise.all([
        this.database.getAllKeys("shelves"), this.database.getAll("shelves"), this.database.getAll("own"),
        this.database.get("facts", "syncedAt"),
      ]);
      for (const customer of own) this.own.set(customer.uuid, customer);
      if (!syncedAt) return;
      numbers.forEach((number, place) => {
        this.shelves.set(number, new Map(shelves[place].map((customer) => [customer.id, customer])));
      });
      this.syncedAt = syncedAt;
    } catch {
      this.database = null; // the customers are then kept in memory alone
    }
  }

  // --- Up to date ----------------------------------------------------------------------------------------------

  /** Fetch what changed. */
  sync() {
    this.running ??= this.#sync().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #sync() {
    const touched = new Set();
    let cursor = null;
    let syncedAt = null;
    do {
      const page = await this.api.get(this.url, { updated_since: this.syncedAt, cursor, limit: PAGE });
      for (const item of page.items) this.#take(item, touched);
      syncedAt ??= page.synced_at;
      cursor = page.next_cursor;
    } while (cursor);
    await this.#store(touched, syncedAt);
    this.syncedAt = syncedAt ?? this.syncedAt;
  }

  #take(item, touched) {
    const customer = customerOf(item);
    if (item.deleted) {
      if (this.#shelf(customer.id).delete(customer.id)) this.#touch(customer.id, touched);
      return;
    }
    if (customer.uuid !== null && this.own.delete(customer.uuid)) this.#forgetOwn(customer.uuid);
    this.#place(customer, touched);
  }

  #touch(id, touched) {
    this.stale = true;
    touched.add(Math.floor(id / SHELF));
  }

  #shelf(id) {
    const number = Math.floor(id / SHELF);
    if (!this.shelves.has(number)) this.shelves.set(number, new Map());
    return this.shelves.get(number);
  }

  #place(customer, touched) {
    const shelf = this.#shelf(customer.id);
    const before = shelf.get(customer.id);
    if (before && JSON.stringify(before) === JSON.stringify(customer)) return;
    shelf.set(customer.id, customer);
    touched.add(Math.floor(customer.id / SHELF));
    if (before?.name !== customer.name || before?.phone !== customer.phone) this.stale = true;
  }

  async #store(touched, syncedAt = null) {
    if (!this.database || (touched.size === 0 && !syncedAt)) return;
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

  /** Note what has become known of a customer here; their balance with what is not sent yet. */
  async put(shown) {
    const { balance, points } = this.#unsentOf(shown);
    const customer = { ...shown, balance: shown.balance - balance, points: shown.points - points };
    if (customer.id === null) {
      this.own.set(customer.uuid, customer);
      this.stale = true;
      await this.database?.put("own", customer, customer.uuid).catch(() => {});
      return;
    }
    if (customer.uuid !== null && this.own.delete(customer.uuid)) this.#forgetOwn(customer.uuid);
    const touched = new Set();
    this.#place(customer, touched);
    await this.#store(touched);
  }

  #forgetOwn(uuid) {
    this.stale = true;
    this.database?.delete("own", uuid).catch(() => {});
  }

  /** The customer with that number, or with that name given here; null when unknown. */
  get({ id = null, uuid = null }) {
    const known = id === null ? this.#byUuid(uuid) : this.shelves.get(Math.floor(id / SHELF))?.get(id);
    return known ? this.#withUnsent(known) : null;
  }

  #byUuid(uuid) {
    const own = this.own.get(uuid);
    if (own || uuid === null) return own ?? null;
    for (const shelf of this.shelves.values()) {
      for (const customer of shelf.values()) if (customer.uuid === uuid) return customer;
    }
    return null;
  }

  // --- Finding -------------------------------------------------------------------------------------------------

  #refreshKeys() {
    if (!this.stale) return;
    const keys = [];
    const add = (customer) => keys.push({
      customer, key: ` ${fold(customer.name)}`, digits: customer.phone.replace(/\D/g, ""),
    });
    for (const shelf of this.shelves.values()) shelf.forEach(add);
    this.own.forEach(add);
    this.keys = keys.map(({ customer, key, digits }) => ({ id: customer.id, uuid: customer.uuid, key, digits }));
    this.stale = false;
  }

  /** Customers whose name has all words of the query, or whose phone has its digits; the best `limit` of them. */
  search(text, limit = 30) {
    this.#refreshKeys();
    const words = fold(text).split(" ").filter(Boolean).map((word) => ` ${word}`);
    const digits = text.replace(/\D/g, "");
    const byPhone = digits.length >= FEWEST_DIGITS ? digits : null;
    if (words.length === 0 && !byPhone) return [];
    const shelves = [[], [], [], []];
    for (const entry of this.keys) {
      const how = meets(entry, words, byPhone);
      if (how !== null && shelves[how].length < limit * 10) shelves[how].push(entry);
    }
    const best = [];
    for (const shelf of shelves) {
      const found = shelf.map((entry) => this.get(entry)).filter(Boolean);
      found.sort((one, other) => byName.compare(one.name, other.name));
      best.push(...found.slice(0, limit - best.length));
      if (best.length === limit) break;
    }
    return best;
  }

  // --- What the server does not know yet -----------------------------------------------------------------------

  /** Follow the outbox: a sale on credit, points used, a debt paid. */
  async follow(outbox) {
    for (const state of UNSENT) {
      for (const entry of await outbox.store.inState(state)) this.#note(entry);
    }
    outbox.watch((entry) => this.#note(entry));
  }

  #note(entry) {
    if (UNSENT.includes(entry.state)) {
      const change = changeOf(entry);
      if (change) this.unsent.set(entry.id, change);
      return;
    }
    this.unsent.delete(entry.id);
    if (entry.state === "sent" && entry.answer) this.#learn(entry);
  }

  /** What the server answered about a customer is newer than what it told before. */
  #learn({ kind, answer, body, url }) {
    if (kind === "customer" && answer.id) this.put(customerOf(answer));
    const id = kind === "sale" ? (answer.customer?.id ?? null) : kind === "payment" ? numberIn(url, body) : null;
    const balance = kind === "sale" ? answer.customer_balance : answer.balance;
    const known = id === null ? null : this.shelves.get(Math.floor(id / SHELF))?.get(id);
    if (!known || balance === undefined || balance === null) return;
    const touched = new Set();
    const points = answer.points_balance ?? null;
    this.#place({ ...known, balance: minor(balance), points: points === null ? known.points : minor(points) }, touched);
    this.#store(touched);
  }

  #unsentOf({ id, uuid }) {
    let balance = 0;
    let points = 0;
    for (const change of this.unsent.values()) {
      const same = change.id !== null ? change.id === id : change.uuid !== null && change.uuid === uuid;
      if (!same) continue;
      balance += change.balance;
      points += change.points;
    }
    return { balance, points };
  }

  #withUnsent(customer) {
    if (this.unsent.size === 0) return customer;
    const { balance, points } = this.#unsentOf(customer);
    return { ...customer, balance: customer.balance + balance, points: customer.points + points };
  }
}

function meets({ key, digits }, words, byPhone) {
  if (byPhone !== null && digits.includes(byPhone)) return digits.endsWith(byPhone) ? WHOLE : WORDS;
  if (words.length === 0) return null;
  let beginnings = true;
  for (const word of words) {
    if (key.includes(word)) continue;
    beginnings = false;
    if (word.length < 4 || !key.includes(word.slice(1))) return null;
  }
  if (!beginnings) return INSIDE;
  if (key === words.join("")) return WHOLE;
  return key.startsWith(words[0]) ? BEGINNING : WORDS;
}

/** What an entry of the outbox does to a customer's account: {id, uuid, balance, points}, or null. */
function changeOf({ kind, body, url, needs }) {
  if (kind === "payment") {
    return { id: numberIn(url, body), uuid: needs?.[0] ?? null, balance: minor(body.amount ?? "0"), points: 0 };
  }
  if (kind !== "sale" || !(body.customer_id || body.customer_uuid)) return null;
  const paid = (method) => body.payments.filter((one) => one.method === method)
    .reduce((sum, { amount }) => sum + minor(amount), 0);
  const [balance, points] = [-paid("credit"), -paid("points")];
  if (balance === 0 && points === 0) return null;
  return { id: body.customer_id ?? null, uuid: body.customer_uuid ?? null, balance, points };
}

function numberIn(url, body) {
  const found = /\/clients\/(\d+)\//.exec(url);
  return found ? Number(found[1]) : (body.customer_id ?? null);
}
