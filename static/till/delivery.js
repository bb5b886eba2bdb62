// Things that are written down on this device first and sent by themselves, while somebody waits for the answer.

import { NoAnswer, Problem } from "./api.js";
import { NoSafePlace } from "./outbox.js";

const PATIENCE = 8000; // milliseconds in which an answer is waited for, when there seems to be a connection

/**
 * Send {kind, id, url, body, shown} by the outbox. Resolves to the server's answer, or to null when it is still waiting
 * (it will be sent), after `patience` milliseconds. Throws the Problem when the server refuses; then nothing is left of it.
 */
export async function deliver(till, entry, patience = PATIENCE) {
  if (!(await till.outboxReady)) return till.api.post(entry.url, entry.body); // no safe place: now or never
  try {
    await till.outbox.put(entry);
  } catch (error) {
    if (!(error instanceof NoSafePlace)) throw error;
    return till.api.post(entry.url, entry.body);
  }
  const known = await till.outbox.answered(entry.id, till.state.reachable && navigator.onLine ? patience : 0);
  if (known?.state === "sent") return known.answer;
  if (known?.state !== "attention") return null;
  await till.outbox.discard(entry.id);
  throw new Problem(known.problem.status, known.problem);
}

/** Ask the server for something that only it can know. Throws NoAnswer at once when there is no connection. */
export function ask(till, path, parameters = {}) {
  if (!navigator.onLine) return Promise.reject(new NoAnswer(path));
  return till.api.get(path, parameters);
}
