// What is sold often at this till comes first; counted here, because every counter sells something else.

const KEPT = 200;
const FADES_AT = 2000; // when the counts of all add up to this they are halved, so that seasons change

export class Favourites {
  constructor(memory, popular) {
    this.memory = memory;
    this.popular = popular; // product ids the server knows as popular, best first; helps a new device
    this.counts = new Map(memory.get("often", []));
    this.ranked = this.#rank();
  }

  count(ids) {
    for (const id of ids) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    let entries = [...this.counts].sort((one, other) => other[1] - one[1]).slice(0, KEPT);
    const sum = entries.reduce((total, [, times]) => total + times, 0);
    if (sum > FADES_AT) entries = entries.map(([id, times]) => [id, times / 2]).filter(([, times]) => times >= 0.5);
    this.counts = new Map(entries);
    this.memory.set("often", entries);
  }

  /** Product ids, the most sold first; found once per page load, because tiles that move about are hard to hit. */
  #rank() {
    const own = [...this.counts].sort((one, other) => other[1] - one[1]).map(([id]) => id);
    const known = new Set(own);
    return [...own, ...this.popular.filter((id) => !known.has(id))];
  }
}
