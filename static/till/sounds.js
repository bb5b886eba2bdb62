// Short tones, made on the spot: a cashier listens more than looks.

let context = null;

function tone(frequency, start, length, volume = 0.12) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(volume, context.currentTime + start);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + start + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(context.currentTime + start);
  oscillator.stop(context.currentTime + start + length);
}

const SOUNDS = {
  added: () => tone(1320, 0, 0.06, 0.05),
  wrong: () => { tone(220, 0, 0.16); tone(185, 0.18, 0.24); },
  paid: () => { tone(880, 0, 0.09, 0.07); tone(1320, 0.09, 0.14, 0.07); },
};

/** Play "added", "wrong" or "paid"; silence where the device has no sound. */
export function play(name) {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
    SOUNDS[name]();
  } catch {
    context = null;
  }
}
