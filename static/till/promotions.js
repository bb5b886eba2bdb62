// The law of promotions, as smartpos/sales/promotions.py has it (docs/money.md tells it in prose), in whole numbers:
// money in minor units, quantities in thousandths, per cent in hundredths. tests/vectors/promotions.json holds both to
// the same figures.

import { minor, scaled, thousandths } from "./money.js";
import { roundHalfUp } from "./pricing.js";

const HUNDRED = 10000n; // per cent in hundredths
const THOUSAND = 1000n;
const MILLION = 1000000n; // thousandths of thousandths: how finely base quantities are known
const DAYS_OF_WEEK = 7;

/** The promotions that are worth keeping, from what GET /api/promotions says. */
export function rulesOf(items) {
  return items.filter(({ is_active: active, deleted }) => active !== false && deleted !== true).map(ruleOf);
}

function ruleOf(item) {
  return {
    id: item.id,
    name: item.name,
    kind: item.kind,
    percent: item.percent ? scaled(item.percent, 2) : 0,
    amount: item.amount ? minor(item.amount) : 0,
    buyQuantity: item.buy_quantity ?? 1,
    payQuantity: item.pay_quantity ?? 0,
    productIds: new Set(item.product_ids ?? []),
    categoryIds: new Set(item.category_ids ?? []),
    branchId: item.branch_id ?? null,
    tier: item.tier ?? null,
    validFrom: item.valid_from ? Date.parse(item.valid_from) : null,
    validTo: item.valid_to ? Date.parse(item.valid_to) : null,
    weekdays: item.weekdays ?? 127,
    timeFrom: item.time_from ? secondsOf(item.time_from) : null,
    timeTo: item.time_to ? secondsOf(item.time_to) : null,
    minQuantity: thousandths(item.min_quantity ?? "0"),
    priority: item.priority ?? 0,
  };
}

/** "18:30" or "18:30:00" as seconds after midnight. */
function secondsOf(text) {
  const [hours, minutes, seconds = 0] = text.split(":").map(Number);
  return hours * 3600 + minutes * 60 + Math.floor(seconds);
}

/**
 * What promotions take off each line: [{id, name, amount} or null], amounts in minor units.
 *
 * lines: {productId, categoryId, price, quantity, perPack (thousandths of base units in one counted), baseDigits (how
 * finely a base unit may be divided), manualPrice (null unless a person changed the price)}. at is the moment, a Date
 * or milliseconds; its day and hours are those of timezone, of this device when none is named.
 */
export function applyPromotions(rules, lines, { branchId = null, tier = null, at = Date.now(), timezone } = {}) {
  const taken = lines.map(() => null);
  const moment = clockOf(Number(at), timezone);
  const holding = rules.filter((rule) => isHolding(rule, branchId, tier, moment));
  if (holding.length === 0) return taken;
  let free = lines.map(goodsOf).filter(({ line, gross }) => gross > 0n && (line.manualPrice ?? null) === null);
  holding.sort((one, other) => other.priority - one.priority || one.id - other.id);
  for (const level of levelsOf(holding)) {
    const claimed = applyLevel(level, free);
    for (const [place, { rule, amount }] of claimed) {
      if (amount > 0n) taken[place] = { id: rule.id, name: rule.name, amount: Number(amount) };
    }
    free = free.filter(({ place }) => !claimed.has(place));
  }
  return taken;
}

const clocks = new Map();

/** Day of the week (Monday is 0) and seconds after midnight, looked up only when a rule asks. */
function clockOf(at, timezone) {
  let known = null;
  return {
    at,
    get clock() {
      known ??= readClock(at, timezone);
      return known;
    },
  };
}

function readClock(at, timezone) {
  if (!clocks.has(timezone)) clocks.set(timezone, formatOf(timezone));
  const parts = clocks.get(timezone).formatToParts(new Date(at));
  const part = (type) => parts.find((one) => one.type === type).value;
  return {
    day: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday")),
    seconds: Number(part("hour")) * 3600 + Number(part("minute")) * 60 + Number(part("second")),
  };
}

function formatOf(timezone) {
  const shape = { hourCycle: "h23", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  try {
    return new Intl.DateTimeFormat("en-US", { ...shape, timeZone: timezone });
  } catch {
    // An old browser does not know every zone; the device's own clock is most likely that of the shop.
    return new Intl.DateTimeFormat("en-US", shape);
  }
}

function isHolding(rule, branchId, tier, moment) {
  return (rule.branchId === null || rule.branchId === branchId)
    && (rule.tier === null || rule.tier === tier)
    && (rule.validFrom === null || rule.validFrom <= moment.at)
    && (rule.validTo === null || rule.validTo > moment.at)
    && isInHours(rule, moment);
}

function isInHours(rule, moment) {
  if (rule.timeFrom === null || rule.timeTo === null) {
    return rule.weekdays === 127 || Boolean((rule.weekdays >> moment.clock.day) & 1);
  }
  const { seconds } = moment.clock;
  let { day } = moment.clock;
  if (rule.timeFrom < rule.timeTo) {
    if (seconds < rule.timeFrom || seconds >= rule.timeTo) return false;
  } else if (seconds < rule.timeTo) {
    // The hours after midnight belong to the evening before.
    day = (day + DAYS_OF_WEEK - 1) % DAYS_OF_WEEK;
  } else if (seconds < rule.timeFrom) {
    return false;
  }
  return Boolean((rule.weekdays >> day) & 1);
}

function goodsOf(line, place) {
  const price = BigInt(line.price);
  const quantity = BigInt(line.quantity);
  const perPack = BigInt(line.perPack ?? 1000);
  return { line, place, price, perPack, gross: roundHalfUp(price * quantity, THOUSAND), base: quantity * perPack };
}

function isFor(rule, { line, base }) {
  if (base < BigInt(rule.minQuantity) * THOUSAND) return false;
  if (rule.productIds.size === 0 && rule.categoryIds.size === 0) return true;
  return rule.productIds.has(line.productId) || rule.categoryIds.has(line.categoryId);
}

function isCountable({ line, base }) {
  return line.baseDigits === 0 && base % MILLION === 0n;
}

function* levelsOf(rules) {
  let level = [];
  for (const rule of rules) {
    if (level.length > 0 && level[0].priority !== rule.priority) {
      yield level;
      level = [];
    }
    level.push(rule);
  }
  yield level;
}

/**
 * What the promotions of one priority do with the lines that are free: place -> {rule, amount}. A line that only paid
 * for what another got free is in it too, with nothing taken off: it has had its promotion.
 */
function applyLevel(rules, free) {
  const alone = new Map();
  let grouping = [];
  for (const rule of rules) {
    const wanted = free.filter((goods) => isFor(rule, goods));
    if (rule.kind === "n_for_m") {
      grouping.push({ rule, wanted: wanted.filter(isCountable) });
      continue;
    }
    for (const goods of wanted) {
      const amount = takenOff(rule, goods);
      // Rules come by their ids, so that of equals the lower one stays.
      if (amount > (alone.get(goods.place)?.amount ?? 0n)) alone.set(goods.place, { rule, amount });
    }
  }
  const claimed = new Map();
  for (let best = bestGroup(grouping, alone); best; best = bestGroup(grouping, alone)) {
    const { rule, taken } = best;
    for (const [place, amount] of taken) claimed.set(place, { rule, amount });
    grouping = grouping.filter((one) => one.rule !== rule).map((one) => ({
      ...one, wanted: one.wanted.filter(({ place }) => !taken.has(place)),
    }));
  }
  return new Map([...alone, ...claimed]);
}

function takenOff(rule, { gross, base }) {
  if (rule.kind === "percent") return least(roundHalfUp(gross * BigInt(rule.percent), HUNDRED), gross);
  const amount = least(roundHalfUp(BigInt(rule.amount) * base, MILLION), gross);
  return rule.kind === "fixed_price" ? gross - amount : amount;
}

/** The N-for-M promotion that takes off most beyond what its lines would get otherwise; null when none does. */
function bestGroup(grouping, alone) {
  let best = null;
  for (const { rule, wanted } of grouping) {
    // What another promotion is better for does not keep this one from the rest.
    for (const tried of [wanted, wanted.filter(({ place }) => !alone.has(place))]) {
      const group = grouped(rule, tried, alone);
      if (group.gain > (best?.gain ?? 0n)) best = group;
    }
  }
  return best;
}

/**
 * Put units into groups of N by their price, the dearest first; the cheapest N - M of a full group are free. Lines are
 * runs of equal units, so nothing is counted one by one.
 */
function grouped(rule, wanted, alone) {
  const size = BigInt(rule.buyQuantity);
  const paid = BigInt(rule.payQuantity);
  const order = [...wanted].sort(dearestFirst);
  const units = order.reduce((sum, { base }) => sum + base / MILLION, 0n);
  const full = units - (units % size);
  const taken = new Map();
  let gain = 0n;
  let start = 0n;
  for (const { place, price, perPack, base } of order) {
    if (start >= full) break;
    const end = least(start + base / MILLION, full);
    const free = freeBefore(end, size, paid) - freeBefore(start, size, paid);
    const amount = roundHalfUp(price * free * THOUSAND, perPack);
    taken.set(place, amount);
    gain += amount - (alone.get(place)?.amount ?? 0n);
    start = end;
  }
  return { rule, taken, gain };
}

function dearestFirst(one, other) {
  const left = one.price * other.perPack;
  const right = other.price * one.perPack;
  if (left === right) return one.place - other.place;
  return left > right ? -1 : 1;
}

/** How many of the first `units` are free when the last size - paid of every size are. */
function freeBefore(units, size, paid) {
  const rest = units % size;
  return (units / size) * (size - paid) + (rest > paid ? rest - paid : 0n);
}

function least(one, other) {
  return one < other ? one : other;
}
