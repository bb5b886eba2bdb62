// Locks the till when nobody has used it for as long as the shop's rules say.

const LOOKS = 5000; // milliseconds between two looks at the clock

export function lockWhenIdle(till) {
  let used = Date.now();
  const note = () => { used = Date.now(); };
  for (const name of ["keydown", "pointerdown", "wheel", "touchstart"]) {
    addEventListener(name, note, { capture: true, passive: true });
  }
  setInterval(() => {
    const { locked, organization, shift } = till.state;
    const minutes = organization.lock_after_minutes ?? 0;
    if (locked || till.busy || shift === null) return note();
    // A clock that was set back tells nothing about how long it has been.
    if (used > Date.now()) note();
    if (minutes > 0 && Date.now() - used >= minutes * 60000) till.session.lock();
    return undefined;
  }, LOOKS);
}
