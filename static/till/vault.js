// What the till keeps to start and to be unlocked without the network: the facts of its page, and proofs of PINs.
//
// A proof is a slow hash; it holds for a day after the PIN was last used online. The facts are those of a person at
// this device. Neither opens anything on the server.

import { openDB } from "../vendor/idb.js";

const NAME = "smartpos-vault";
const VERSION = 1;
const HOURS = 24;
const ROUNDS = 310000; // of PBKDF2 with SHA-256
const TRIES = 5; // wrong PINs before the till makes people wait
const WAIT = 30000; // milliseconds, doubled with every further wrong PIN
const LONGEST_WAIT = 15 * 60000;

/** Too many wrong PINs; `seconds` are left to wait. */
export class TooManyTries extends Error {
  constructor(seconds) {
    super(`${seconds} seconds to wait`);
    this.seconds = seconds;
  }
}

/** Whether what was kept at `moment` may still be used. A clock that was set back makes it worthless, too. */
function isFresh(moment, now = Date.now()) {
  return now - moment < HOURS * 3600000 && now - moment > -5 * 60000;
}

export class Vault {
  static async open() {
    try {
      const database = await openDB(NAME, VERSION, {
        upgrade(fresh) {
          fresh.createObjectStore("facts");
          fresh.createObjectStore("proofs");
          fresh.createObjectStore("state");
        },
        blocking(_current, _blocked, event) { event.target.close(); },
      });
      return new Vault(database);
    } catch {
      return new Vault(null);
    }
  }

  constructor(database) {
    this.database = database;
  }

  /** Whether PINs can be checked here; browsers give the means only to pages of a secure connection. */
  get checksPins() {
    return this.database !== null && Boolean(globalThis.crypto?.subtle);
  }

  async #try(work) {
    if (!this.database) return null;
    try {
      return await work();
    } catch {
      return null; // a full disk must not stop anybody from selling
    }
  }

  /** Keep the facts of a page that the server has just made. */
  save(boot) {
    const key = keyOf(boot.organization.id, boot.user.id);
    return this.#try(async () => {
      const work = this.database.transaction(["facts", "state"], "readwrite");
      work.objectStore("facts").put({ boot, savedAt: Date.now() }, key);
      work.objectStore("state").put(key, "last");
      await work.done;
    });
  }

  /** Change what was kept for a person since: the shift that they have opened, say. */
  note(organizationId, userId, change) {
    return this.#try(async () => {
      const work = this.database.transaction("facts", "readwrite");
      const key = keyOf(organizationId, userId);
      const known = await work.store.get(key);
      if (known) work.store.put({ ...known, boot: { ...known.boot, ...change } }, key);
      await work.done;
    });
  }

  /** The facts of the person who was here last, or null when they are too old. */
  async last() {
    const key = await this.#try(() => this.database.get("state", "last"));
    return key ? this.#facts(key) : null;
  }

  of(organizationId, userId) {
    return this.#facts(keyOf(organizationId, userId));
  }

  async #facts(key) {
    const known = await this.#try(() => this.database.get("facts", key));
    return known && isFresh(known.savedAt) ? known.boot : null;
  }

  /** Keep the proof of a PIN that the server has just accepted. */
  async prove(organizationId, user, pin) {
    if (!this.checksPins) return;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const hash = await hashOf(pin, salt);
    const proof = { organizationId, userId: user.id, name: user.name, salt, hash, provedAt: Date.now() };
    await this.#try(() => this.database.put("proofs", proof, keyOf(organizationId, user.id)));
    await this.#try(() => this.database.delete("state", "tries"));
  }

  /** The server has refused a PIN; if it is the one that is proved here, it was changed there. */
  async disprove(organizationId, userId, pin) {
    const proof = await this.#proof(organizationId, userId);
    if (proof && same(await hashOf(pin, proof.salt), proof.hash)) await this.forget(organizationId, userId);
  }

  forget(organizationId, userId) {
    return this.#try(() => this.database.delete("proofs", keyOf(organizationId, userId)));
  }

  async #proof(organizationId, userId) {
    if (!this.checksPins) return null;
    const proof = await this.#try(() => this.database.get("proofs", keyOf(organizationId, userId)));
    return proof && isFresh(proof.provedAt) ? proof : null;
  }

  /** Who may unlock this till without the network: [{id, name}], those with a shift open here. */
  async people(organizationId) {
    const proofs = this.checksPins ? ((await this.#try(() => this.database.getAll("proofs"))) ?? []) : [];
    const people = [];
    for (const { userId, name, provedAt, organizationId: its } of proofs) {
      if (its !== organizationId || !isFresh(provedAt)) continue;
      const boot = await this.of(organizationId, userId);
      if (boot?.shift) people.push({ id: userId, name });
    }
    return people.sort((one, other) => one.name.localeCompare(other.name));
  }

  /**
   * The facts of a person whose PIN is right, or null. Throws TooManyTries: after five wrong ones everybody waits,
   * whoever's PIN it was.
   */
  async unlock(organizationId, userId, pin) {
    const tries = (await this.#try(() => this.database.get("state", "tries"))) ?? { wrong: 0, until: 0 };
    const left = tries.until - Date.now();
    if (left > 0 && left <= LONGEST_WAIT) throw new TooManyTries(Math.ceil(left / 1000));
    const proof = await this.#proof(organizationId, userId);
    const right = proof && same(await hashOf(pin, proof.salt), proof.hash);
    if (right) {
      await this.#try(() => this.database.delete("state", "tries"));
      const boot = await this.of(organizationId, userId);
      return boot?.shift ? boot : null;
    }
    const wrong = tries.wrong + 1;
    const wait = wrong < TRIES ? 0 : Math.min(LONGEST_WAIT, WAIT * 2 ** (wrong - TRIES));
    await this.#try(() => this.database.put("state", { wrong, until: Date.now() + wait }, "tries"));
    return null;
  }
}

function keyOf(organizationId, userId) {
  return `${organizationId}/${userId}`;
}

async function hashOf(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, key, 256);
  return new Uint8Array(bits);
}

function same(one, other) {
  let difference = one.length ^ other.length;
  for (let place = 0; place < one.length; place += 1) difference |= one[place] ^ other[place];
  return difference === 0;
}
