// Texts come translated from the server (smartpos/sales/till_texts.py); this fills in names and numbers.

import { showQuantity } from "./money.js";

let texts = {};
let plurals = new Intl.PluralRules("uz");
let zone = "Asia/Tashkent";

const TAGS = { uz: "uz", uz_Cyrl: "uz-Cyrl", ru: "ru", en: "en" };

export function useTexts({ texts: all, language, timezone }) {
  texts = all;
  plurals = new Intl.PluralRules(TAGS[language] ?? "uz");
  zone = timezone ?? zone;
}

/** A text with `{name}` places filled. */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`There is no text called ${key}`);
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** A text that counts, in the plural form that the language asks for. */
export function tn(key, count, values = {}) {
  const form = `${key}.${plurals.select(count)}`;
  return t(form in texts ? form : `${key}.other`, { count: showQuantity(count * 1000), ...values });
}

function formatted(moment, options) {
  return new Intl.DateTimeFormat("ru", { timeZone: zone, ...options }).format(new Date(moment));
}

/** 16:12 in the shop's time zone. */
export function clock(moment) {
  return formatted(moment, { hour: "2-digit", minute: "2-digit" });
}

/** 14.05.2026 16:12 in the shop's time zone. */
export function dateAndTime(moment) {
  const date = formatted(moment, { day: "2-digit", month: "2-digit", year: "numeric" });
  return `${date} ${clock(moment)}`;
}

/** 14.05.2026 of a plain day, 2026-05-14, in no time zone. */
export function day(text) {
  return String(text).slice(0, 10).split("-").reverse().join(".");
}

/** Today and `days` later in the shop's time zone, as 2026-05-14. */
export function dayAfter(days = 0) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date(Date.now() + days * 86400000));
}
