// Copies of what the till asks for all the time, kept on this device beside the catalogue: customers and promotions.

import { NoAnswer, Problem } from "./api.js";
import { Directory } from "./directory.js";
import { Offers } from "./offers.js";

const SYNC_EVERY = 30000; // milliseconds

export async function keepReplicas(till) {
  const { id } = till.state.organization;
  const offers = new Offers(till.api, { name: `smartpos-offers-${id}`, url: till.urls.promotions });
  const directory = new Directory(till.api, { name: `smartpos-customers-${id}`, url: till.urls.clients });
  let branch = null; // whose promotions are shown
  let told = null; // what the server last told of them

  const offer = async () => {
    const { branch: here } = till.state;
    if (branch !== here.id) {
      branch = here.id;
      told = null;
      till.show({ promotions: await offers.open(branch) });
    }
    const news = await offers.sync(here.id, told);
    if (!news || till.state.branch.id !== here.id) return;
    told = news.text;
    till.show({ promotions: news.rules });
  };
  const syncAll = async () => {
    if (document.hidden || till.state.locked) return;
    await patiently(offer);
    if (till.state.permissions.has("crm:customer:read")) await patiently(() => directory.sync());
  };

  branch = till.state.branch.id;
  till.show({ promotions: await offers.open(branch) });
  await directory.open();
  till.directory = directory;
  till.syncReplicas = syncAll;
  if (await till.outboxReady) await directory.follow(till.outbox);
  setInterval(syncAll, SYNC_EVERY);
  document.addEventListener("visibilitychange", syncAll);
  await syncAll();
}

/** What can't be fetched now is fetched the next time. */
async function patiently(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof NoAnswer)) throw error;
  }
}
