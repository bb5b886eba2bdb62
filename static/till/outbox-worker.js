// Sends the outbox from the service worker, when no page of the till is left to do it.

import { Api } from "./api.js";
import { nameOf, OutboxStore, Sender } from "./outbox-core.js";

const PREFIX = nameOf("");

/** Send what waits in every outbox of this device. Throws while something is left that can go: the browser then asks again. */
export async function drainAll(factsAddress) {
  const databases = await indexedDB.databases();
  const names = databases.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
  const session = { csrf: "" };
  const api = new Api(session);
  const facts = await api.get(factsAddress).catch(() => null);
  if (!facts) throw new Error("The outbox waits for a connection and somebody who is signed in");
  session.csrf = facts.csrf;
  const name = nameOf(facts.organization.id);
  if (!names.includes(name)) return;
  const store = await OutboxStore.open(facts.organization.id);
  const news = new BroadcastChannel(name);
  const renewToken = async () => {
    session.csrf = (await api.get(factsAddress)).csrf;
    return true;
  };
  try {
    const sender = new Sender({ store, api, name, renewToken, onChange: ({ id }) => news.postMessage(id) });
    const { wait } = await sender.drain();
    if (wait !== null) throw new Error("The outbox is not empty yet");
  } finally {
    news.close();
    store.database.close();
  }
}
