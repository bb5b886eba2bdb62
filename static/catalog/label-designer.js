// The label designer: blocks in their order, and the label as the server draws it for printing.

const form = document.getElementById("design");
const list = document.getElementById("block-list");
const picture = document.getElementById("picture");
const trouble = document.getElementById("preview-trouble");
const FIELDS = ["kind", "paper", "width_mm", "height_mm", "columns", "rows"];
const PIXELS_PER_MM = 96 / 25.4;
let turn = 0;
let timer = 0;
let shown = "";

const boxOf = (row) => row.querySelector("input");
const rows = () => [...list.children];

function arrange() {
  const wanted = form.elements.blocks.value.split(",").filter(Boolean);
  const byName = new Map(rows().map((row) => [row.dataset.block, row]));
  for (const name of [...wanted].reverse()) {
    const row = byName.get(name);
    if (!row) continue;
    boxOf(row).checked = true;
    list.prepend(row);
  }
  for (const row of rows()) {
    const name = row.querySelector("label").textContent.trim();
    row.querySelector('[data-move="-1"]').setAttribute("aria-label", list.dataset.up.replace("{name}", name));
    row.querySelector('[data-move="1"]').setAttribute("aria-label", list.dataset.down.replace("{name}", name));
  }
}

function note() {
  form.elements.blocks.value = rows().filter((row) => boxOf(row).checked).map((row) => row.dataset.block).join(",");
}

async function draw() {
  const sheet = form.elements.paper.value === "sheet";
  for (const field of form.querySelectorAll(".only-sheet")) field.hidden = !sheet;
  const query = new URLSearchParams(FIELDS.map((name) => [name, form.elements[name].value]));
  query.set("blocks", form.elements.blocks.value);
  turn += 1;
  const mine = turn;
  let answer;
  try {
    answer = await fetch(`${form.dataset.picture}?${query}`, { headers: { Accept: "application/json", "Content-Type": "application/json" }, credentials: "same-origin" });
  } catch {
    return;
  }
  if (mine !== turn) return; // something has changed meanwhile
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({}));
    trouble.textContent = Object.values(body.errors ?? {}).flat()[0] ?? body.detail ?? "";
    trouble.hidden = false;
    picture.classList.add("stale");
    return;
  }
  trouble.hidden = true;
  picture.classList.remove("stale");
  URL.revokeObjectURL(shown);
  shown = URL.createObjectURL(await answer.blob());
  picture.src = shown;
  const width = Number(String(form.elements.width_mm.value).replace(",", "."));
  picture.style.width = `${Math.round(width * PIXELS_PER_MM)}px`;
}

function later() {
  window.clearTimeout(timer);
  timer = window.setTimeout(draw, 200);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const row = button.closest("li");
  const other = button.dataset.move === "-1" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "-1") other.before(row); else other.after(row);
  button.focus();
  note();
  form.dispatchEvent(new Event("input", { bubbles: true }));
});
list.addEventListener("change", () => { note(); later(); });
form.addEventListener("input", later);
form.addEventListener("change", later);
arrange();
draw();
