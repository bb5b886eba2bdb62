// A new production order: what it takes and what of that is missing, while it is being typed.

const form = document.getElementById("order-form");
const texts = JSON.parse(document.getElementById("order-texts").textContent);
// By name alone: the search field of a choice has the name of the hidden one as its id.
const field = (name) => form.querySelector(`[name="${name}"]`);
const needs = document.getElementById("needs");
const state = document.getElementById("needs-state");
const table = document.getElementById("needs-table");
const PAUSE = 250; // milliseconds after the last sign until the server is asked
let turn = 0;
let timer = 0;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_place, name) => values[name]);
const plain = (text) => text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");

/** A number of the server as people of this page's language read it. */
function shown(text) {
  const [whole, rest = ""] = text.split(".");
  const tail = rest.replace(/0+$/, "");
  const point = document.documentElement.lang.startsWith("en") ? "." : ",";
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (tail ? point + tail : "");
}

function cell(text, classes = "", label = "") {
  const made = document.createElement("td");
  made.textContent = text;
  if (classes) made.className = classes;
  if (label) made.dataset.label = label;
  return made;
}

function offerRecipes({ recipes, bom_id: chosen }) {
  const select = field("bom_id");
  const before = select.value;
  const first = new Option(recipes.length ? texts.by_itself : texts.no_recipe, "");
  select.replaceChildren(first, ...recipes.map(({ id, name }) => new Option(name, id)));
  select.value = recipes.some(({ id }) => String(id) === before) ? before : "";
  return chosen;
}

/** Machines of other branches are not offered. */
function offerMachines() {
  const branch = field("branch_id").value;
  for (const option of field("machine_id").options) {
    const elsewhere = Boolean(option.dataset.branch) && option.dataset.branch !== branch;
    option.hidden = elsewhere;
    option.disabled = elsewhere;
    if (elsewhere && option.selected) field("machine_id").value = "";
  }
}

function draw(found) {
  const chosen = offerRecipes(found);
  document.getElementById("quantity-unit").textContent = fill(texts.unit, { unit: found.unit });
  needs.hidden = false;
  const said = [];
  if (!chosen) said.push([texts.no_recipe, "pill bad"]);
  else if (found.materials.length) {
    const short = found.materials.filter((one) => Number(one.short) > 0);
    if (!short.length) said.push([texts.enough, "pill good"]);
    else said.push(...short.map((one) => [`${one.name}: ${fill(texts.short, { quantity: shown(one.short), unit: one.unit })}`, "pill bad"]));
    if (found.minutes) said.push([fill(texts.minutes, { hours: Math.floor(found.minutes / 60), minutes: found.minutes % 60 }), "muted"]);
    if (found.estimated_cost) said.push([fill(texts.estimate, { amount: shown(found.estimated_cost) }), "muted"]);
  }
  state.replaceChildren(...said.map(([text, classes]) => {
    const part = document.createElement("span");
    part.className = classes;
    part.textContent = text;
    return part;
  }));
  table.hidden = found.materials.length === 0;
  const titles = [...table.querySelectorAll("th")].map((one) => one.textContent);
  table.querySelector("tbody").replaceChildren(...found.materials.map((one) => {
    const row = document.createElement("tr");
    const short = Number(one.short) > 0;
    if (short) row.className = "is-short";
    const name = cell(one.name, "wrap");
    if (one.is_made) {
      const mark = document.createElement("span");
      mark.className = "pill info";
      mark.textContent = texts.made_here;
      name.append(" ", mark);
    }
    row.append(name, cell(`${shown(one.needed)} ${one.unit}`, "num", titles[1]), cell(one.available === null ? "–" : shown(one.available), "num", titles[2]),
      cell(short ? shown(one.short) : "–", short ? "num off" : "num", titles[3]));
    return row;
  }));
}

async function look() {
  const mine = ++turn;
  const product = field("product_id").value;
  const branch = field("branch_id").value;
  if (!product || !branch) { needs.hidden = true; return; }
  const query = new URLSearchParams({ product_id: product, branch_id: branch });
  const quantity = plain(field("quantity_to_produce").value);
  if (/^\d+(\.\d{1,3})?$/.test(quantity) && Number(quantity) > 0) query.set("quantity", quantity);
  if (field("bom_id").value) query.set("bom_id", field("bom_id").value);
  try {
    const answer = await fetch(`${form.dataset.preview}?${query}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const found = await answer.json();
    if (mine !== turn) return;
    if (!answer.ok) throw new Error(found.detail);
    draw(found);
  } catch (error) {
    if (mine !== turn) return;
    needs.hidden = false;
    table.hidden = true;
    state.textContent = error instanceof TypeError || !error.message ? texts.failed : error.message;
  }
}

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
};
form.addEventListener("input", later);
form.addEventListener("change", (event) => {
  if (event.target.name === "product_id") field("bom_id").value = "";
  if (event.target.name === "branch_id") offerMachines();
  later();
});
offerMachines();
look();
