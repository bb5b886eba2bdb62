// SHA-256 in plain JavaScript: on a plain http address in the shop's own network browsers give no WebCrypto.

const FRACTIONS = new Uint32Array(64);
const START = new Uint32Array(8);

// The constants are the fractional parts of the cube and square roots of the first primes.
for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) prime &&= candidate % divisor !== 0;
  if (!prime) continue;
  if (found < 8) START[found] = fraction(Math.sqrt(candidate));
  FRACTIONS[found] = fraction(Math.cbrt(candidate));
  found += 1;
}

function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function turned(word, by) {
  return (word >>> by) | (word << (32 - by));
}

/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256(text) {
  const given = new TextEncoder().encode(text);
  const blocks = Math.ceil((given.length + 9) / 64);
  const bytes = new Uint8Array(blocks * 64);
  bytes.set(given);
  bytes[given.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(given.length / 2 ** 29));
  view.setUint32(bytes.length - 4, (given.length * 8) >>> 0);
  const state = START.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < blocks; block += 1) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getUint32(block * 64 + at * 4);
    for (let at = 16; at < 64; at += 1) {
      const [one, two] = [words[at - 15], words[at - 2]];
      const low = turned(one, 7) ^ turned(one, 18) ^ (one >>> 3);
      const high = turned(two, 17) ^ turned(two, 19) ^ (two >>> 10);
      words[at] = words[at - 16] + low + words[at - 7] + high;
    }
    mix(state, words);
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function mix(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + FRACTIONS[at] + words[at]) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] += word; });
}
