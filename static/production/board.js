// The production board: blocks lie where their time is, are moved by mouse, finger or the window that Enter opens, and
// follow what others change. What the server refuses goes back to where it was.

const { toast } = window.SmartPOS;
const root = document.getElementById("board");
const boot = JSON.parse(document.getElementById("boot").textContent);
const dialog = document.getElementById("block-dialog");
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const field = (name) => document.getElementById(`block-${name}`);
const STEP = 15; // minutes
const POLL = 8_000;
const HOLD = 6; // pixels before a press becomes a drag
let etag = "";
let dragging = null;
let shown = null;

const pad = (number) => String(number).padStart(2, "0");
const clock = (minutes) => `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;

/** Positions are figures of the page, not of its style: the browser gets them here. */
function lay() {
  for (const lane of root.querySelectorAll(".board-lane")) lane.style.setProperty("--lanes", lane.dataset.lanes);
  for (const block of root.querySelectorAll("[data-left]")) {
    block.style.setProperty("--left", `${block.dataset.left}%`);
    block.style.setProperty("--width", `${Math.max(block.dataset.right - block.dataset.left, 0)}%`);
    block.style.setProperty("--lane", block.dataset.lane);
  }
  const board = root.querySelector(".board");
  if (!board) return;
  board.style.setProperty("--hours", board.dataset.to - board.dataset.from);
}

async function refresh() {
  if (dragging || dialog.open || document.hidden) return;
  let answer;
  try {
    answer = await fetch(root.dataset.rows, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin", cache: "no-store" });
  } catch {
    return; // without a connection the board stands still until there is one
  }
  if (answer.status !== 200 || answer.redirected || dragging || dialog.open) return;
  const focused = document.activeElement?.closest?.("[data-block]")?.dataset.block;
  const text = await answer.text();
  if (dragging || dialog.open) return;
  etag = answer.headers.get("ETag") ?? "";
  root.innerHTML = text;
  lay();
  if (focused) root.querySelector(`[data-block="${focused}"]`)?.focus();
}

/** Whether the server agrees; its reason, if not. */
async function move(id, start, minutes, machine) {
  const end = minutes ? local(new Date(new Date(`${start}:00Z`).getTime() + minutes * 60_000)) : null;
  let answer;
  try {
    answer = await fetch(root.dataset.move, {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf, Accept: "application/json" },
      body: JSON.stringify({ order_id: Number(id), start, end, machine_id: machine ? Number(machine) : null }),
    });
  } catch {
    return boot.texts.offline;
  }
  if (answer.ok) return null;
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || boot.texts.offline;
}

/** A moment as the fields of the page have it; reckoned as if every day had 24 hours of one zone. */
const local = (moment) => moment.toISOString().slice(0, 16);

// --- by the window -------------------------------------------------------------------------------------------------

function open(block) {
  shown = block;
  const data = block.dataset;
  field("title").textContent = `${data.product} · ${data.number}`;
  field("about").textContent = data.about;
  field("for").hidden = !data.for;
  field("parent").textContent = data.for ?? "";
  if (data.parent) field("parent").href = data.parent;
  field("open").href = data.address;
  field("problem").hidden = true;
  const movable = data.movable !== undefined;
  field("fields").hidden = !movable;
  if (field("save")) field("save").hidden = !movable;
  const board = root.querySelector(".board");
  const [day, time] = (data.start ?? `${root.dataset.day}T${clock(board.dataset.from * 60)}`).split("T");
  field("day").value = day;
  field("time").value = time;
  field("minutes").value = data.minutes ?? "";
  field("machine").value = data.machine;
  const parts = field("parts");
  if (parts) {
    parts.hidden = !data.parts;
    if (data.parts) parts.action = data.parts;
  }
  dialog.showModal();
}

dialog?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = await move(shown.dataset.block, `${field("day").value}T${field("time").value}`, Number(field("minutes").value) || null, field("machine").value);
  field("problem").hidden = !problem;
  field("problem").textContent = problem ?? "";
  if (problem) return;
  dialog.close();
  toast(boot.texts.moved, "good");
  await refresh();
  root.querySelector(`[data-block="${shown.dataset.block}"]`)?.focus();
});
dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

// --- by dragging ---------------------------------------------------------------------------------------------------

/** Where a block is held over: a machine, a day and, in the day's view, the minutes since midnight of its left edge. */
function under(event) {
  const place = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.matches?.(".board-lane, .board-cell"));
  if (!place || !root.contains(place)) return null;
  const machine = place.closest(".board-row").dataset.machine;
  if (place.matches(".board-cell")) return { place, machine, day: place.dataset.day, minutes: null };
  const board = place.closest(".board");
  const box = place.getBoundingClientRect();
  const from = board.dataset.from * 60;
  const part = (event.clientX - dragging.offset - box.left) / box.width;
  const minutes = from + Math.round((part * (board.dataset.to - board.dataset.from) * 60) / STEP) * STEP;
  return { place, machine, day: place.dataset.day, minutes: Math.min(Math.max(minutes, 0), 24 * 60 - STEP) };
}

function begin(event) {
  const box = dragging.block.getBoundingClientRect();
  const inLane = dragging.block.closest(".board-lane");
  dragging.offset = inLane ? dragging.x - box.left : 8;
  const ghost = dragging.block.cloneNode(true);
  ghost.removeAttribute("data-block");
  ghost.classList.add("board-ghost");
  ghost.style.width = `${Math.min(box.width, 260)}px`;
  document.body.append(ghost);
  dragging.block.classList.add("away");
  dragging.ghost = ghost;
  follow(event);
}

function follow(event) {
  const { ghost } = dragging;
  ghost.style.left = `${event.clientX - Math.min(dragging.offset, 240)}px`;
  ghost.style.top = `${event.clientY - 18}px`;
  const over = under(event);
  for (const place of root.querySelectorAll(".over")) if (place !== over?.place) place.classList.remove("over");
  over?.place.classList.add("over");
  ghost.dataset.at = over && over.minutes !== null ? clock(over.minutes) : "";
}

function drop() {
  dragging.ghost?.remove();
  dragging.block.classList.remove("away");
  for (const place of root.querySelectorAll(".over")) place.classList.remove("over");
}

root?.addEventListener("pointerdown", (event) => {
  const block = event.target.closest("[data-movable]");
  if (!block || event.button !== 0 || dragging) return;
  // A finger on the block scrolls the page; on its grip it takes the block along.
  if (event.pointerType !== "mouse" && !event.target.closest(".board-grip")) return;
  dragging = { block, x: event.clientX, y: event.clientY, pointer: event.pointerId, offset: 0, ghost: null };
});

addEventListener("pointermove", (event) => {
  if (!dragging || event.pointerId !== dragging.pointer) return;
  if (dragging.ghost) follow(event);
  else if (Math.hypot(event.clientX - dragging.x, event.clientY - dragging.y) > HOLD) begin(event);
});

addEventListener("pointerup", async (event) => {
  if (!dragging || event.pointerId !== dragging.pointer) return;
  const held = dragging;
  if (!held.ghost) {
    dragging = null;
    return;
  }
  // The end of a drag is no click, though the browser may make one of it.
  const hush = (click) => { click.preventDefault(); click.stopPropagation(); };
  addEventListener("click", hush, { capture: true, once: true });
  window.setTimeout(() => removeEventListener("click", hush, { capture: true }), 0);
  const over = under(event);
  drop();
  dragging = null;
  if (!over) return;
  const data = held.block.dataset;
  const time = over.minutes !== null ? clock(over.minutes) : data.start?.split("T")[1] ?? clock(root.querySelector(".board").dataset.from * 60);
  const start = `${over.day}T${time}`;
  if (start === data.start && over.machine === data.machine) return;
  held.block.classList.add("waits");
  const problem = await move(data.block, start, Number(data.minutes) || null, over.machine);
  held.block.classList.remove("waits");
  if (problem) toast(`${problem} ${boot.texts.unmoved}`, "bad");
  await refresh();
});

addEventListener("pointercancel", () => {
  if (dragging) drop();
  dragging = null;
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dragging) {
    drop();
    dragging = null;
  }
});

root?.addEventListener("click", (event) => {
  const block = event.target.closest("[data-block]");
  if (block) open(block);
});

for (const one of document.querySelectorAll("[data-submits]")) one.addEventListener("change", () => one.form.requestSubmit());
if (root) {
  lay();
  window.setInterval(refresh, POLL);
  document.addEventListener("visibilitychange", refresh);
  const wanted = root.dataset.open && root.querySelector(`[data-block="${root.dataset.open}"]`);
  if (wanted) {
    wanted.scrollIntoView({ block: "center" });
    open(wanted);
  }
}
