// One report: days that a word replaces are put away, empty filters stay out of the address, and more rows come
// without leaving the page.

const { toast, texts } = window.SmartPOS;
const bar = document.querySelector("[data-report-bar]");
const count = document.querySelector("[data-report-count]");

const fold = bar?.querySelector("[data-fold]");
const desk = window.matchMedia("(min-width: 721px)");
if (fold && desk.matches) fold.open = true;
desk.addEventListener("change", () => { if (fold) fold.open = desk.matches; });

function showDays() {
  const word = bar.querySelector("#period");
  for (const day of bar.querySelectorAll("[data-day]")) {
    day.hidden = Boolean(word.value);
    day.querySelector("input").disabled = Boolean(word.value);
  }
}

if (bar?.querySelector("#period")) {
  showDays();
  bar.querySelector("#period").addEventListener("change", () => {
    showDays();
    if (bar.querySelector("#period").value) bar.requestSubmit();
    else bar.querySelector("#from").focus();
  });
}

bar?.addEventListener("formdata", ({ formData }) => {
  // An empty search field says nothing; an empty list says "any", which may differ from what is usual.
  for (const name of [...new Set(formData.keys())]) {
    const values = formData.getAll(name);
    const control = bar.elements[name];
    const isList = control instanceof HTMLSelectElement && name !== "period";
    if (values.at(-1) === "" && !isList) formData.delete(name);
    else if (values.length > 1) formData.set(name, values.at(-1));
  }
});

const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

function tellCount(more) {
  const shown = Number(count.dataset.shown) + more;
  count.dataset.shown = String(shown);
  const all = Number(count.dataset.all);
  const text = shown >= all ? count.dataset.whole : count.dataset.text;
  count.textContent = text.replace("{shown}", grouped(shown)).replace("{all}", grouped(all));
}

async function showMore(link) {
  if (link.getAttribute("aria-disabled")) return;
  link.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(link.dataset.more, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.redirected) { window.location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    const rows = document.createElement("template");
    rows.innerHTML = `<table><tbody>${found.html}</tbody></table>`;
    const fresh = [...rows.content.querySelectorAll("tbody > tr")];
    document.querySelector("[data-report-table] tbody").append(...fresh);
    tellCount(found.shown);
    if (found.next) {
      link.dataset.more = found.next;
      link.href = found.next_page;
    } else link.remove();
    const first = fresh[0]?.querySelector("a");
    first?.focus({ preventScroll: true });
  } catch {
    toast(texts.failed, "bad");
  } finally {
    link.removeAttribute("aria-disabled");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showMore(link);
});
