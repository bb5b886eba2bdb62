// Printing labels: products are scanned, found, taken by category or from the queue; the server makes the file.

const { toast, icon, element } = window.SmartPOS;
const boot = JSON.parse(document.getElementById("boot").textContent);
const by = (id) => document.getElementById(id);
const THIN = "\u202f";
const AT_ONCE = 200; // products per question: an address must not become too long
const KEPT = "smartpos-labels"; // what the person chose last on this device
const FITS = 260; // pixels

const rows = new Map(); // product id -> {item, copies}
let start = 1;
let dueItems = [];

function say(key, values = {}) {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), boot.texts[key]);
}

function money(text) {
  const [whole, rest = "00"] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  return Number(rest) ? `${grouped},${rest}` : grouped;
}

const plainNumber = (text) => String(text).replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : zeros)).replace(".", ",");

// --- The server ------------------------------------------------------------------------------------------------
class Refused extends Error {}

async function ask(path, options = {}) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (options.body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options, headers });
  } catch {
    throw new Refused(say("failed"));
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  const first = (part) => (typeof part === "string" ? part : part && typeof part === "object" ? first(Object.values(part)[0]) : "");
  throw new Refused(first(body.errors) || body.detail || say("failed"));
}

function shelf(more = {}) {
  const query = new URLSearchParams({ price_type_id: by("price-type").value, limit: AT_ONCE, ...more });
  if (by("branch").value) query.set("branch_id", by("branch").value);
  return query;
}

async function products(more) {
  return (await ask(`/api/labels/products?${shelf(more)}`)).json();
}

/** Do something that may be refused, and tell when it was. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message, "bad");
    return null;
  }
}

// --- The list --------------------------------------------------------------------------------------------------
function note(text) {
  by("note").textContent = text;
  by("note").hidden = !text;
}

/** Put products on the list; one that is there gets a copy more where `again` says so. */
function add(items, { again = false } = {}) {
  let added = 0;
  for (const item of items) {
    const there = rows.get(item.product_id);
    if (there) {
      there.item = item;
      if (again) there.copies = Math.min(there.copies + 1, boot.limits.copies);
    } else if (rows.size < boot.limits.products) {
      rows.set(item.product_id, { item, copies: 1 });
      added += 1;
    } else {
      note(say("too_many", { most: boot.limits.products }));
      break;
    }
  }
  draw();
  return added;
}

function rowOf({ item, copies }) {
  const name = item.name;
  const code = item.barcode ? `${item.sku} · ${item.barcode}` : item.sku;
  const what = element("div", { class: "what" }, element("b", {}, name));
  if (!item.barcode) what.append(element("span", { class: "pill warn" }, say("no_barcode")));
  const stock = item.stock_quantity === null ? "" : ` · ${say("in_stock", { count: plainNumber(item.stock_quantity) })}`;
  what.append(element("span", {}, code + stock));
  const cost = element("div", { class: "cost" });
  if (Number(item.price)) cost.append(money(item.price)); else cost.append(element("span", { class: "pill bad" }, say("no_price")));
  if (Number(item.regular_price) > Number(item.price)) cost.append(" ", element("s", {}, money(item.regular_price)));
  if (item.printed_price !== null && item.printed_price !== item.price) {
    cost.append(element("small", {}, say("printed", { price: money(item.printed_price) })));
  }
  const input = element("input", {
    class: "input", inputmode: "numeric", autocomplete: "off", value: copies, "aria-label": say("copies_of", { name }), disabled: by("by-stock").checked,
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const count = Math.round(Number(input.value.replace(/\s/g, "")));
    const kept = rows.get(item.product_id);
    kept.copies = Number.isFinite(count) ? Math.max(1, Math.min(count, boot.limits.copies)) : kept.copies;
    input.value = kept.copies;
    total();
  });
  const remove = element("button", { type: "button", class: "btn ghost small square", "aria-label": say("remove", { name }) }, icon("x", "small"));
  remove.addEventListener("click", () => {
    const after = remove.closest(".label-row").nextElementSibling ?? remove.closest(".label-row").previousElementSibling;
    const next = after?.dataset.id;
    rows.delete(item.product_id);
    draw();
    (next ? by("list").querySelector(`[data-id="${next}"] .input`) : by("find")).focus();
  });
  return element("div", { class: "label-row", role: "listitem", "data-id": item.product_id }, what, cost, input, remove);
}

function draw() {
  by("list").replaceChildren(...[...rows.values()].reverse().map(rowOf));
  by("list").hidden = rows.size === 0;
  by("foot").hidden = rows.size === 0;
  by("nothing").hidden = rows.size > 0;
  const bare = [...rows.values()].filter((row) => !row.item.barcode).length;
  by("give").hidden = !bare || !boot.may_give || !template().has_barcode;
  by("give-text").textContent = by("give-text").dataset.text.replace("{count}", bare);
  total();
  preview();
}

function total() {
  const byStock = by("by-stock").checked;
  let count = 0;
  for (const { item, copies } of rows.values()) {
    count += byStock ? Math.max(0, Math.ceil(Number(item.stock_quantity ?? 0))) : copies;
  }
  const tooMany = count > boot.limits.labels;
  by("count").textContent = tooMany ? say("too_many_labels", { count, most: boot.limits.labels }) : say("total", { count });
  by("print").disabled = !count || tooMany || !template().width;
}

/** Ask again for what is on the list: the branch, the price type or a barcode has changed. */
async function renew() {
  await attempt(async () => {
    const ids = [...rows.keys()];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const { items } = await products({ ids: ids.slice(at, at + AT_ONCE).join(",") });
      for (const item of items) if (rows.has(item.product_id)) rows.get(item.product_id).item = item;
    }
  });
  draw();
}

// --- Finding ---------------------------------------------------------------------------------------------------
const find = by("find");
const found = by("found");
let offers = [];
let active = -1;
let turn = 0;
let timer = 0;

function closeOffers() {
  found.hidden = true;
  offers = [];
  active = -1;
  find.setAttribute("aria-expanded", "false");
  find.removeAttribute("aria-activedescendant");
}

function mark() {
  [...found.children].forEach((row, index) => {
    row.setAttribute("aria-selected", String(index === active));
    if (index === active) { row.scrollIntoView({ block: "nearest" }); find.setAttribute("aria-activedescendant", row.id); }
  });
}

function offer(items) {
  offers = items;
  active = items.length ? 0 : -1;
  found.replaceChildren(...items.map((item, index) => element("li", { role: "option", id: `found-${index}`, "data-index": index }, `${item.name} · ${item.sku} · ${money(item.price)}`)));
  found.hidden = items.length === 0;
  find.setAttribute("aria-expanded", String(items.length > 0));
  mark();
}

function take(item) {
  add([item], { again: true });
  const row = by("list").querySelector(`[data-id="${item.product_id}"]`);
  row?.classList.add("selected");
  row?.scrollIntoView({ block: "nearest" });
  find.value = "";
  note("");
  closeOffers();
  find.focus();
}

async function search(text, { sure = false } = {}) {
  turn += 1;
  const mine = turn;
  if (!text) { closeOffers(); return; }
  await attempt(async () => {
    const { items } = await products({ q: text, limit: 20 });
    if (mine !== turn) return;
    // A scanner ends a code with Enter: what it means exactly goes on the list at once.
    const exact = items.filter((item) => item.barcode === text || item.sku === text);
    if (sure && (exact.length === 1 || items.length === 1)) { take(exact[0] ?? items[0]); return; }
    offer(items);
    note(items.length ? (sure ? say("many_found") : "") : say("nothing_found", { text }));
  });
}

find.addEventListener("input", () => {
  window.clearTimeout(timer);
  turn += 1; // what was asked before is no longer wanted
  closeOffers();
  timer = window.setTimeout(() => search(find.value.trim()), 180);
});
find.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!offers.length) return;
    event.preventDefault();
    active = (active + (event.key === "ArrowDown" ? 1 : -1) + offers.length) % offers.length;
    mark();
  } else if (event.key === "Enter") {
    event.preventDefault();
    window.clearTimeout(timer);
    if (offers.length && !found.hidden) take(offers[active]); else search(find.value.trim(), { sure: true });
  } else if (event.key === "Escape") {
    closeOffers();
  }
});
found.addEventListener("mousedown", (event) => {
  event.preventDefault();
  const row = event.target.closest("[data-index]");
  if (row) take(offers[Number(row.dataset.index)]);
});
find.addEventListener("blur", () => window.setTimeout(closeOffers, 100));

by("category").addEventListener("change", (event) => attempt(async () => {
  const category = event.target.value;
  event.target.value = "";
  if (!category) return;
  let cursor = "";
  let added = 0;
  do {
    const page = await products({ category_id: category, ...(cursor ? { cursor } : {}) });
    added += add(page.items);
    cursor = page.next_cursor;
  } while (cursor && rows.size < boot.limits.products);
  if (!cursor) note(say("added", { count: added }));
}));

// --- The queue -------------------------------------------------------------------------------------------------
async function queue(cursor = "") {
  const more = { never_printed: by("never").checked, ...(cursor ? { cursor } : {}) };
  return (await ask(`/api/labels/queue?${shelf(more)}`)).json();
}

async function countDue() {
  await attempt(async () => {
    dueItems = await queue();
    const count = dueItems.items.length;
    by("due-count").textContent = dueItems.next_cursor ? `${count}+` : count;
    by("due-count").hidden = count === 0;
  });
}

by("due").addEventListener("click", () => attempt(async () => {
  let page = await queue();
  let added = add(page.items);
  while (page.next_cursor && rows.size < boot.limits.products) {
    page = await queue(page.next_cursor);
    added += add(page.items);
  }
  if (!page.next_cursor) note(page.items.length || added ? say("added", { count: added }) : say("none_due"));
}));
by("never").addEventListener("change", countDue);

// --- How -------------------------------------------------------------------------------------------------------
const template = () => boot.templates[by("template").value] ?? {};

function places() {
  const { paper, columns, places: count } = template();
  by("start-field").hidden = paper !== "sheet" || by("format").value !== "pdf";
  if (paper !== "sheet") return;
  start = Math.min(start, count);
  by("places").style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
  by("places").replaceChildren(...Array.from({ length: count }, (_unused, index) => {
    const number = index + 1;
    const button = element("button", {
      type: "button", class: number < start ? "used" : "", "aria-pressed": String(number === start), "aria-label": say("place", { number }),
      tabindex: number === start ? "0" : "-1",
    }, String(number));
    button.addEventListener("click", () => { start = number; places(); by("places").children[index].focus(); });
    return button;
  }));
}

by("places").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -template().columns, ArrowDown: template().columns }[event.key];
  if (!step) return;
  event.preventDefault();
  start = Math.max(1, Math.min(template().places, start + step));
  places();
  by("places").children[start - 1].focus();
});

function fit() {
  const raw = by("format").value !== "pdf";
  by("dpi-field").hidden = !raw;
  by("letters-field").hidden = !raw;
  places();
}

let pictureTurn = 0;
function preview() {
  const first = [...rows.keys()].pop();
  const picture = by("picture");
  pictureTurn += 1;
  const mine = pictureTurn;
  if (!first || !template().width) {
    picture.hidden = true;
    by("picture-note").hidden = false;
    return;
  }
  const query = new URLSearchParams({ product_id: first, template_id: by("template").value, price_type_id: by("price-type").value });
  if (by("branch").value) query.set("branch_id", by("branch").value);
  const fresh = new Image();
  fresh.addEventListener("load", () => {
    if (mine !== pictureTurn) return;
    picture.src = fresh.src;
    picture.style.width = `${Math.min(FITS, Math.round((template().width * 96) / 25.4))}px`;
    picture.hidden = false;
    by("picture-note").hidden = true;
  });
  fresh.addEventListener("error", () => {
    if (mine !== pictureTurn) return;
    picture.hidden = true;
    by("picture-note").textContent = say("cannot_show");
    by("picture-note").hidden = false;
  });
  fresh.src = `${boot.picture}?${query}`;
}

function keep() {
  const chosen = Object.fromEntries(["template", "format", "dpi"].map((id) => [id, by(id).value]));
  chosen.letters = by("own-letters").checked;
  try {
    localStorage.setItem(KEPT, JSON.stringify(chosen));
  } catch {
    // A forbidden storage remembers nothing; the page works all the same.
  }
}

function remember() {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return;
  }
  for (const id of ["template", "format", "dpi"]) {
    if ([...by(id).options].some((option) => option.value === chosen[id])) by(id).value = chosen[id];
  }
  by("own-letters").checked = Boolean(chosen.letters);
}

for (const id of ["template", "format", "dpi", "own-letters"]) {
  by(id).addEventListener("change", () => { keep(); fit(); draw(); });
}
for (const id of ["branch", "price-type"]) by(id).addEventListener("change", () => { renew(); countDue(); });
by("by-stock").addEventListener("change", draw);
by("clear").addEventListener("click", () => { rows.clear(); note(""); draw(); find.focus(); });
by("give-button").addEventListener("click", () => attempt(async () => {
  const bare = [...rows.values()].filter((row) => !row.item.barcode).map((row) => row.item.product_id);
  const answer = await ask("/api/labels/barcodes", { method: "POST", body: JSON.stringify({ product_ids: bare }) });
  const { items } = await answer.json();
  await renew();
  toast(say("given", { count: items.length }));
}));

// --- Printing --------------------------------------------------------------------------------------------------
let fileAddress = "";
let printing = false;

async function print() {
  if (printing || by("print").disabled) return;
  printing = true;
  by("print").disabled = true;
  const format = by("format").value;
  await attempt(async () => {
    const answer = await ask("/api/labels", {
      method: "POST",
      body: JSON.stringify({
        template_id: Number(by("template").value), branch_id: Number(by("branch").value) || null, price_type_id: Number(by("price-type").value),
        items: [...rows.values()].map(({ item, copies }) => ({ product_id: item.product_id, copies })),
        format, by_stock: by("by-stock").checked, start: template().paper === "sheet" && format === "pdf" ? start : 1,
        dpi: Number(by("dpi").value), own_letters: by("own-letters").checked,
      }),
    });
    const count = answer.headers.get("X-Label-Count");
    const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `labels.${format}`;
    URL.revokeObjectURL(fileAddress);
    fileAddress = URL.createObjectURL(await answer.blob());
    by("ready-text").textContent = say("ready", { count });
    by("ready-open").href = fileAddress;
    by("ready-open").hidden = format !== "pdf";
    by("ready-save").href = fileAddress;
    by("ready-save").download = name;
    by("ready").hidden = false;
    if (format === "pdf") window.open(fileAddress, "_blank", "noopener"); else by("ready-save").click();
    await renew();
    await countDue();
  });
  printing = false;
  total();
}

by("print").addEventListener("click", print);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    document.activeElement?.blur?.(); // a number that is being typed counts
    print();
  }
});

remember();
fit();
draw();
countDue();
if (boot.ids.length) {
  attempt(async () => {
    for (let at = 0; at < boot.ids.length; at += AT_ONCE) {
      add((await products({ ids: boot.ids.slice(at, at + AT_ONCE).join(",") })).items);
    }
  });
}
