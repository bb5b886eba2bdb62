// The promotions on this device, as the server last told them for the branch.

import { openDB } from "../vendor/idb.js";
import { rulesOf } from "./promotions.js";

const VERSION = 1;

export class Offers {
  constructor(api, { name, url }) {
    this.api = api;
    this.name = name;
    this.url = url;
    this.database = null;
  }

  /** What was known of the branch the last time: rules for promotions.js, none when nothing is known. */
  async open(branchId) {
    try {
      this.database ??= await openDB(this.name, VERSION, {
        upgrade(fresh) { fresh.createObjectStore("branches"); },
        blocking(_current, _blocked, event) { event.target.close(); },
      });
      return rulesOf((await this.database.get("branches", branchId)) ?? []);
    } catch {
      this.database = null;
      return [];
    }
  }

  /** The rules of now, or null when they are still those of `before`, a text that was given back earlier. */
  async sync(branchId, before) {
    const { items } = await this.api.get(this.url, { branch_id: branchId });
    const text = JSON.stringify(items);
    if (text === before) return null;
    await this.database?.put("branches", items, branchId).catch(() => {});
    return { text, rules: rulesOf(items) };
  }
}
