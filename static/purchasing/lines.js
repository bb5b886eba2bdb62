// Unloading and sending back: a scan adds to its line, one press takes all of a line, a line that arrives may be split
// into lots. The form works without all this; nothing is kept here.

import { isTypedAmount, restore, Scanner } from "../till/scanner.js";

const form = document.getElementById("lines");
const said = document.getElementById("scanned");
const codes = new Map(JSON.parse(document.getElementById("codes").textContent).map((one) => [one.code, one]));
const THOUSAND = 1000;

/** A quantity as typed, in thousandths; null for what is none. */
function read(text) {
  const plain = text.replace(/[\s\u00a0\u2009\u202f]/g, "").replace(",", ".");
  return /^(\d+\.?\d*|\.\d+)$/.test(plain) ? Math.round(Number(plain) * THOUSAND) : null;
}

const show = (thousandths) => String(thousandths / THOUSAND).replace(".", form.dataset.point);
const lineOf = (itemId) => form.querySelector(`[data-item="${itemId}"]`);
/** The field that counts: of the part last added, since that is what is being unloaded. */
const fieldOf = (line) => fieldsOf(line).at(-1);

function fill(text, values) {
  return Object.entries(values).reduce((sentence, [name, value]) => sentence.replaceAll(`{${name}}`, value), text);
}

const thousandths = (quantity) => Math.round(Number(quantity) * THOUSAND);
const fieldsOf = (line) => [...line.querySelectorAll(".arrival-part .num")];
const sumOf = (fields) => fields.reduce((sum, field) => sum + (read(field.value) ?? 0), 0);
/** How much more belongs to a line: what was ordered, or may go back, less what stands there. */
const roomOf = (line) => Math.max(0, thousandths(line.dataset.most) - sumOf(fieldsOf(line)));

/** Where a product has several lines the first one is filled up, then the next. What is too much stands at the last. */
function count({ item_ids: itemIds, quantity }) {
  const lines = itemIds.map(lineOf);
  let rest = thousandths(quantity);
  if (form.dataset.full && lines.reduce((sum, line) => sum + roomOf(line), 0) < rest) {
    said.textContent = fill(form.dataset.full, { name: lines[0].dataset.name });
    return;
  }
  for (const line of lines) {
    const part = line === lines.at(-1) ? rest : Math.min(rest, roomOf(line));
    if (part) add(line, part);
    rest -= part;
  }
}

function add(line, part) {
  const field = fieldOf(line);
  field.value = show((read(field.value) ?? 0) + part);
  for (const other of form.querySelectorAll(".arrival.hit")) other.classList.remove("hit");
  line.classList.add("hit");
  line.scrollIntoView({ block: "nearest" });
  said.textContent = fill(form.dataset.plus, { name: line.dataset.name, quantity: field.value });
}

function everything(line) {
  const [first, ...others] = fieldsOf(line);
  first.value = show(Math.max(0, thousandths(line.dataset.most) - sumOf(others)));
}

function split(line) {
  const part = line.querySelector("template").content.cloneNode(true);
  line.querySelector(".arrival-foot").before(part);
  fieldOf(line).focus();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const line = button?.closest(".arrival");
  if (button?.hasAttribute("data-all")) everything(line);
  else if (button?.hasAttribute("data-split")) split(line);
  else if (button?.hasAttribute("data-everything")) for (const one of form.querySelectorAll(".arrival")) everything(one);
});
// The Enter that ends a scan, or a number, must not send a form that is half filled in.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  const fields = [...form.querySelectorAll("input:not([type=hidden])")];
  fields[fields.indexOf(event.target) + 1]?.focus();
});

new Scanner({
  onScan: (readings) => {
    for (const { code, field } of readings) {
      const found = codes.get(code);
      if (!found) continue;
      restore(field);
      count(found);
      return true;
    }
    const sure = readings.find((reading) => reading.sure && !isTypedAmount(reading));
    if (!sure) return false;
    restore(sure.field);
    said.textContent = fill(form.dataset.unknown, { code: sure.code });
    return true;
  },
  isListening: () => true,
  home: () => document.body,
}).listen(document);

for (const button of form.querySelectorAll("button[hidden]")) button.hidden = false;
