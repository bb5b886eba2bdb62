// Short tones, made on the spot: a cashier listens more than looks. Each is told from the others with eyes closed:
// good news rises, bad news falls, what needs somebody later comes twice.

let context = null;

function tone(frequency, start, length, volume = 0.12, type = "triangle") {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = type;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(volume, context.currentTime + start);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + start + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(context.currentTime + start);
  oscillator.stop(context.currentTime + start + length);
}

const SOUNDS = {
  // A product went into the cart.
  added: () => tone(1320, 0, 0.06, 0.05),
  // The code is unknown, the product can't be sold: look up before you scan on.
  wrong: () => { tone(220, 0, 0.16); tone(185, 0.18, 0.24); },
  // The sale is paid.
  paid: () => { tone(880, 0, 0.09, 0.07); tone(1320, 0.09, 0.14, 0.07); },
  // The server has refused something later on; it waits under "needs attention".
  attention: () => { for (const start of [0, 0.42]) { tone(660, start, 0.14, 0.09); tone(494, start + 0.15, 0.2, 0.09); } },
  // Something failed that was asked for just now.
  error: () => { tone(330, 0, 0.1, 0.08, "square"); tone(262, 0.12, 0.1, 0.08, "square"); tone(196, 0.24, 0.3, 0.08, "square"); },
  // The till is locked.
  locked: () => { tone(523, 0, 0.09, 0.06, "sine"); tone(349, 0.11, 0.2, 0.06, "sine"); },
};

/** What there is to hear. */
export const SOUND_NAMES = Object.keys(SOUNDS);

/** Play "added", "wrong", "paid", "attention", "error" or "locked"; silence where the device has no sound. */
export function play(name) {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
    SOUNDS[name]();
  } catch {
    context = null;
  }
}
