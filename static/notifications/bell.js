// The bell of every page: the latest unread notices in a menu, and a look for new ones while the page is on the screen.

const EVERY = 30_000;
const SHOWN = 8;
const MOST = 100; // the server counts no further

const bell = document.getElementById("bell");
const texts = JSON.parse(document.getElementById("bell-texts")?.textContent ?? "{}");
const badge = bell?.querySelector("[data-bell-count]");
const items = bell?.querySelector("[data-bell-items]");
const readAll = bell?.querySelector("[data-bell-read-all]");
const told = document.querySelector("[data-bell-told]");
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

let newest = null; // the id of the latest notice we have seen; null before the first answer
let timer = null;
let asking = null;

function make(tag, attributes = {}, ...children) {
  return window.SmartPOS.element(tag, attributes, ...children);
}

function picture(name, classes) {
  const drawn = window.SmartPOS.icon(name);
  drawn.setAttribute("class", `icon ${classes}`);
  return drawn;
}

function show(count) {
  badge.hidden = !count;
  badge.textContent = count >= MOST ? `${MOST - 1}+` : String(count || "");
  readAll.hidden = !count;
  const spoken = count ? `: ${texts.unread.replace("{count}", badge.textContent)}` : "";
  bell.querySelector("summary").setAttribute("aria-label", texts.notices + spoken);
}

/** A moment as everywhere else, in the shop's time zone: 21:47 today, 20.11.2026 21:47 before. */
function when(moment) {
  const shape = { timeZone: bell.dataset.zone, hourCycle: "h23", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" };
  const read = (date) => Object.fromEntries(new Intl.DateTimeFormat("en-GB", shape).formatToParts(date).map((part) => [part.type, part.value]));
  const then = read(new Date(moment));
  const now = read(new Date());
  const clock = `${then.hour}:${then.minute}`;
  const day = `${then.day}.${then.month}.${then.year}`;
  return day === `${now.day}.${now.month}.${now.year}` ? clock : `${day} ${clock}`;
}

function row(notice) {
  const words = make("span", { class: "bell-words" }, make("b", {}, notice.title));
  if (notice.text) words.append(make("span", { class: "bell-text" }, notice.text));
  words.append(make("time", { datetime: notice.created_at }, when(notice.created_at)));
  const link = make("a", { href: `${bell.dataset.inbox}/${notice.id}/open` }, picture(notice.icon, `notice-icon ${notice.level}`), words);
  const read = make("button", { type: "button", title: texts.read, "aria-label": `${texts.read}: ${notice.title}` }, picture("check", "small"));
  const line = make("div", { class: "bell-row" }, link, read);
  read.addEventListener("click", () => mark(notice.id, line));
  return line;
}

function list(notices) {
  items.setAttribute("aria-busy", "false");
  items.replaceChildren(...(notices.length ? notices.map(row) : [make("p", { class: "bell-note" }, texts.nothing)]));
}

function fail() {
  items.setAttribute("aria-busy", "false");
  if (!items.querySelector(".bell-row")) items.replaceChildren(make("p", { class: "bell-note" }, texts.failed));
}

async function ask() {
  const answer = await fetch(`${bell.dataset.api}?unread=1&limit=${SHOWN}`, {
    headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15_000),
  });
  // Whoever has left meanwhile is not asked for again; the next click leads to the log-in page.
  if (answer.status === 401 || answer.status === 403) stop();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function look() {
  asking ??= ask().finally(() => { asking = null; });
  try {
    const { items: notices, unread } = await asking;
    const latest = notices[0];
    if (newest !== null && latest && latest.id > newest) {
      told.textContent = `${texts.arrived}: ${latest.title}`;
      document.dispatchEvent(new CustomEvent("smartpos:notice", { detail: latest }));
    }
    newest = Math.max(newest ?? 0, latest?.id ?? 0);
    show(unread);
    // A list that is being read with the keyboard must not be replaced under the fingers.
    if (!items.contains(document.activeElement) || !bell.open) list(notices);
  } catch {
    fail();
  }
}

async function send(url, body) {
  const answer = await fetch(url, {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body ?? {}),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function mark(id, line) {
  try {
    const { unread } = await send(`${bell.dataset.api}/${id}/read`);
    const next = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    (next?.querySelector("a") ?? bell.querySelector("summary")).focus();
    show(unread);
    if (!items.querySelector(".bell-row")) await look();
  } catch {
    window.SmartPOS.toast(texts.failed, "bad");
  }
}

async function markAll() {
  try {
    const { unread } = await send(bell.dataset.readAll, newest ? { up_to: newest } : {});
    show(unread);
    bell.querySelector("summary").focus();
    await look();
  } catch {
    window.SmartPOS.toast(texts.failed, "bad");
  }
}

function start() {
  if (timer === null) timer = window.setInterval(look, EVERY);
}

function stop() {
  window.clearInterval(timer);
  timer = null;
}

/** Up and down go through the menu, as in any other list. */
function walk(event) {
  if (!bell.open || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const stops = [...bell.querySelectorAll("summary, .bell-row > a, .bell-foot > a")];
  const here = stops.indexOf(document.activeElement.closest?.(".bell-row")?.querySelector("a") ?? document.activeElement);
  if (here < 0) return;
  event.preventDefault();
  stops[(here + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length].focus();
}

if (bell) {
  bell.addEventListener("toggle", () => { if (bell.open) look(); });
  bell.addEventListener("keydown", walk);
  readAll.addEventListener("click", markAll);
  readAll.hidden = badge.hidden;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") { look(); start(); } else stop();
  });
  if (document.visibilityState === "visible") start();
}
