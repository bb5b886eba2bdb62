// Starts the till on its page.

import { html, render } from "../vendor/htm-preact.js";
import { Api, NoAnswer } from "./api.js";
import { installApp } from "./app.js";
import { lockWhenIdle } from "./idle.js";
import { listenToKeys } from "./keys.js";
import { keepReplicas } from "./replicas.js";
import { Scanner } from "./scanner.js";
import { Till } from "./till.js";
import { useTexts } from "./texts.js";
import { Frame } from "./ui/frame.js";
import { keepIcons } from "./ui/kit.js";
import { Vault } from "./vault.js";

const FACTS = "/api/till/facts";

const [vault] = await Promise.all([Vault.open(), keepIcons()]);
const start = await factsToStartWith();
if (start) begin(start);

/** {boot, online}: what the page carries; on the shell that the device keeps, what the server says or the vault. */
async function factsToStartWith() {
  const carried = document.getElementById("boot");
  if (carried) return { boot: JSON.parse(carried.textContent), online: true };
  try {
    return { boot: await new Api({ csrf: "" }).get(FACTS), online: true };
  } catch (error) {
    if (!(error instanceof NoAnswer) && error.status < 500) {
      location.assign("/login?next=/till");
      return null;
    }
  }
  const boot = await vault.last();
  if (boot) return { boot, online: false };
  const place = document.getElementById("till");
  place.replaceChildren(document.getElementById("no-facts").content.cloneNode(true));
  place.querySelector("button").addEventListener("click", () => location.reload());
  return null;
}

function begin({ boot, online }) {
  useTexts({ texts: boot.texts, language: boot.language, timezone: boot.organization.timezone });
  if (online) vault.save(boot);
  const till = new Till(boot);
  till.session.begin(vault, online);
  const scanner = new Scanner({
    onScan: (readings) => till.entry.scanned(readings),
    isListening: () => till.entry.listening,
    home: () => { if (!till.state.dialog) till.entry.search?.focus({ preventScroll: true }); },
  });
  till.entry.scannerBusy = () => scanner.busy;
  scanner.listen(document);
  listenToKeys(till, scanner);

  // A press on a button must not take the focus from the search field, nor bring up a keyboard on a touch screen.
  document.addEventListener("mousedown", (event) => {
    const { target } = event;
    if (target.closest("button, .lines, .tiles") && !target.closest("input, select, textarea")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !till.state.locked) till.syncCatalogue();
  });

  const place = document.getElementById("till");
  place.replaceChildren();
  till.start();
  render(html`<${Frame} till=${till} />`, place);
  keepReplicas(till);
  lockWhenIdle(till);
  installApp(till);
}
