// Folding of names for search: the browser's twin of smartpos/core/search.py.
// tests/vectors/folding.json holds both to the same results, so change all three together.

export const APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07";

const MARKS = new RegExp(`[${APOSTROPHES}]`, "gu");

const pairs = (from, to) => [...from].map((letter, place) => [letter, [...to][place]]);

const LETTERS = new Map([
  ...pairs("абвгдежзийклмнопрстуфхцэ", "abvgdejziyklmnoprstufxse"),
  ["ё", "yo"], ["ч", "ch"], ["ш", "sh"], ["щ", "sh"], ["ы", "i"], ["ю", "yu"], ["я", "ya"], ["ъ", ""], ["ь", ""],
  ...pairs("ўқғҳ", "oqgh"),
  ...pairs("әіңөұүһ", "ainouuh"),
  ["ı", "i"], ["ç", "ch"], ["ş", "sh"],
]);

// Order matters: every rule sees what the rules before it left.
const RULES = [
  [/shch/g, "sh"],
  [/zh/g, "j"],
  [/kh/g, "h"],
  [/ts/g, "s"],
  [/c(?!h)/g, "k"],
  [/w/g, "sh"],
  [/x/g, "h"],
  [/q/g, "k"],
  [/ye/g, "e"],
  [/yo/g, "o"],
  [/iy(?![a-z0-9])/g, "i"],
  [/([a-z])\1+/g, "$1"],
];

/** The search key of a name or a query: lower-case ASCII words separated by single spaces. */
export function fold(text) {
  let key = text.replace(MARKS, "").normalize("NFKC").toLowerCase().replace(MARKS, "");
  key = key.replace(/[^\u0000-\u007f]/gu, (sign) => LETTERS.get(sign) ?? sign);
  // Accents of other Latin alphabets (Nestlé, Ülker) go; Cyrillic letters built with a mark are Latin by now.
  key = key.normalize("NFKD").replace(/\p{M}/gu, "");
  for (const [pattern, replacement] of RULES) key = key.replace(pattern, replacement);
  return key.replace(/[^a-z0-9]+/g, " ").trim();
}

/** The distinct trigrams of the folded words, sorted; ^ marks the beginning of a word, nothing marks its end. */
export function grams(text) {
  return gramsOfKey(fold(text));
}

/** The same for a text that is folded already. */
export function gramsOfKey(key) {
  const found = new Set();
  for (const word of key.split(" ")) {
    if (!word) continue;
    const padded = `^${word}`;
    for (let start = 0; start < Math.max(1, padded.length - 2); start += 1) found.add(padded.slice(start, start + 3));
  }
  return [...found].sort();
}

const LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~';
const RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ";
const SWAPPED = new Map([
  ...pairs(LATIN_KEYS, RUSSIAN_KEYS),
  ...pairs(RUSSIAN_KEYS, LATIN_KEYS),
  // The Uzbek Cyrillic layout has its own letters in the places of the Russian щ and ы.
  ...pairs("ўқЎҚ", "osOS"),
]);

/** The text as the same keys would have typed it in the other layout; a decimal mark between digits stays. */
export function swapLayout(text) {
  return text
    .split(/((?<=[0-9])[.,](?=[0-9]))/)
    .map((part, place) => (place % 2 ? part : [...part].map((sign) => SWAPPED.get(sign) ?? sign).join("")))
    .join("");
}

const MARK_AND_LETTER = new RegExp(`([oOgG]?)[${APOSTROPHES}]`, "gu");

/** The text for display: oʻ and gʻ with U+02BB, every other apostrophe as U+02BC, composed to NFC. */
export function normalApostrophes(text) {
  return text.normalize("NFC").replace(MARK_AND_LETTER, (_, letter) => letter + (letter ? "\u02bb" : "\u02bc"));
}
