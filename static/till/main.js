// Starts the till on its page.

import { html, render } from "../vendor/htm-preact.js";
import { listenToKeys } from "./keys.js";
import { Scanner } from "./scanner.js";
import { Till } from "./till.js";
import { useTexts } from "./texts.js";
import { Frame } from "./ui/frame.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts({ texts: boot.texts, language: boot.language, timezone: boot.organization.timezone });

const till = new Till(boot);
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
