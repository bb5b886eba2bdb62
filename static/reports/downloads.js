// The bars of downloads that are being made: asked for once a second while any is open and somebody looks.

const PAUSE = 1000;
const LONG_PAUSE = 5000;
const OPEN = ["waiting", "running"];

const section = () => document.getElementById("downloads");
// Thin spaces between thousands, as everywhere; browsers know them for few languages.
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function clock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const rest = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  return hours ? `${hours}:${rest.join(":")}` : rest.join(":");
}

function told(box, run) {
  const texts = box.dataset;
  if (run.status === "waiting") return texts.waiting;
  if (run.rows_total === null) return texts.counting;
  if (run.is_packing) return texts.packing;
  const parts = [texts.rows.replace("{done}", grouped(run.rows)).replace("{all}", grouped(run.rows_total))];
  if (run.rows_per_second) parts.push(texts.rate.replace("{rate}", grouped(run.rows_per_second)));
  if (run.seconds_left !== null) parts.push(texts.left.replace("{time}", clock(run.seconds_left)));
  return parts.join(" · ");
}

function show(box, row, run) {
  const bar = row.querySelector("progress");
  if (!bar) return;
  if (run.rows_total && !run.is_packing) bar.value = run.progress;
  else bar.removeAttribute("value");
  const note = row.querySelector(".download-note");
  const said = "stopping" in row.dataset ? box.dataset.stopping : told(box, run);
  if (note.textContent !== said) note.textContent = said;
}

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    location.reload(); // signed out meanwhile
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("downloads");
  if (fresh) section().replaceWith(document.importNode(fresh, true));
}

async function look() {
  const box = section();
  const open = [...box.querySelectorAll("[data-run]")].filter((row) => OPEN.includes(row.dataset.status));
  if (!open.length) return;
  let pause = PAUSE;
  if (!document.hidden) {
    try {
      const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.status === 401) {
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const runs = new Map((await answer.json()).items.map((run) => [String(run.id), run]));
      let isChanged = false;
      for (const row of open) {
        const run = runs.get(row.dataset.run);
        // What is older than the list has been pushed out by others; its page tells.
        if (!run || !OPEN.includes(run.status)) isChanged = true;
        else {
          row.dataset.status = run.status;
          show(box, row, run);
        }
      }
      if (isChanged) await renew();
    } catch {
      pause = LONG_PAUSE; // the network is away; the work goes on without it
    }
  }
  setTimeout(look, pause);
}

look();
