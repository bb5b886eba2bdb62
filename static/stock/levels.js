// Levels as in a spreadsheet: typed in place, walked by the keyboard, pasted by the column, saved together.

import { Api } from "../till/api.js";
import { plainQuantity, readQuantity } from "../till/money.js";
import { t, useTexts } from "../till/texts.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const api = new Api({ csrf: boot.csrf });
const NAMES = ["min_quantity", "reorder_point", "max_quantity"];
const table = document.getElementById("levels");
const save = document.getElementById("save-levels");
const state = document.getElementById("levels-state");
const rows = table ? [...table.tBodies[0].rows] : [];
let busy = false;

const cellsOf = (row) => NAMES.map((name) => row.querySelector(`[name="${name}"]`));
const isChanged = (row) => cellsOf(row).some((field) => field.value.trim() !== field.defaultValue);
const changed = () => rows.filter(isChanged);

/** What stands in a field in thousandths; null for nothing, undefined for what is no quantity. */
function read(field) {
  const text = field.value.trim();
  return text === "" ? null : readQuantity(text) ?? undefined;
}

function complain(row, sentence) {
  const place = row.querySelector(".level-problem");
  place.textContent = sentence ?? "";
  place.hidden = !sentence;
}

function look(row) {
  for (const field of cellsOf(row)) field.setAttribute("aria-invalid", String(read(field) === undefined));
  row.toggleAttribute("data-changed", isChanged(row));
  complain(row, null);
  const count = changed().length;
  state.textContent = count ? t("changed", { count }) : "";
}

function go(row, column) {
  const field = rows[row] && cellsOf(rows[row])[column];
  if (!field) return;
  field.focus();
  field.select();
  field.scrollIntoView({ block: "nearest" });
}

function keys(event) {
  const field = event.target;
  const column = NAMES.indexOf(field.name);
  if (column < 0) return;
  const row = rows.indexOf(field.closest("tr"));
  const atEnd = field.selectionStart === field.value.length;
  const atStart = field.selectionEnd === 0;
  const whole = field.selectionStart === 0 && atEnd;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return;
  const steps = {
    ArrowDown: [1, 0], ArrowUp: [-1, 0], Enter: [event.shiftKey ? -1 : 1, 0],
    ...(whole || atEnd ? { ArrowRight: [0, 1] } : {}), ...(whole || atStart ? { ArrowLeft: [0, -1] } : {}),
  };
  if (event.key === "Escape") {
    field.value = field.defaultValue;
    look(rows[row]);
    field.select();
  } else if (steps[event.key]) {
    event.preventDefault();
    go(row + steps[event.key][0], column + steps[event.key][1]);
  }
}

/** A block copied from a spreadsheet fills the fields from here, downward and to the right. */
function paste(event) {
  const column = NAMES.indexOf(event.target.name);
  const text = event.clipboardData.getData("text").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (column < 0 || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const first = rows.indexOf(event.target.closest("tr"));
  text.split("\n").slice(0, rows.length - first).forEach((line, down) => {
    const fields = cellsOf(rows[first + down]);
    line.split("\t").slice(0, NAMES.length - column).forEach((value, right) => {
      fields[column + right].value = value.trim();
    });
    look(rows[first + down]);
  });
}

async function send() {
  if (busy) return;
  const dirty = changed();
  if (!dirty.length) {
    state.textContent = t("nothing_changed");
    return;
  }
  const wrong = dirty.flatMap(cellsOf).find((field) => read(field) === undefined);
  if (wrong) {
    complain(wrong.closest("tr"), t("wrong_number"));
    wrong.focus();
    return;
  }
  const items = dirty.map((row) => {
    const [least, point, most] = cellsOf(row).map(read);
    return {
      product_id: Number(row.dataset.product), min_quantity: plainQuantity(least ?? 0),
      reorder_point: point === null ? null : plainQuantity(point), max_quantity: most === null ? null : plainQuantity(most),
    };
  });
  busy = save.disabled = true;
  try {
    await api.put("/api/stock/levels", { branch_id: boot.branch_id, items });
    for (const row of dirty) {
      for (const field of cellsOf(row)) field.defaultValue = field.value = field.value.trim();
      look(row);
    }
    state.textContent = t("saved");
  } catch (error) {
    state.textContent = error.status ? error.message : t("no_network");
    const told = error.body?.items ?? [];
    for (const { product_id: id, problem } of told) complain(table.querySelector(`[data-product="${id}"]`), problem);
    const first = told.length ? table.querySelector(`[data-product="${told[0].product_id}"]`) : null;
    if (first) cellsOf(first)[0].focus();
  }
  busy = save.disabled = false;
}

if (table) {
  table.addEventListener("keydown", keys);
  table.addEventListener("paste", paste);
  table.addEventListener("input", (event) => look(event.target.closest("tr")));
  table.addEventListener("focusin", (event) => event.target.select?.());
  save.addEventListener("click", send);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed().length) event.preventDefault();
  });
}
