// The cards follow what happens on the floor: the page is asked for anew while somebody looks at it.

const SECOND = 1000;
const box = document.querySelector("[data-refresh]");

/** Whether somebody is about to do something that a new page would take away under their finger. */
const isInUse = () => box.contains(document.activeElement) && document.activeElement !== document.body;

async function follow() {
  if (document.hidden || isInUse()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-refresh]");
  // Whoever has begun meanwhile goes on with what they see.
  if (fresh && !isInUse()) box.replaceChildren(...fresh.childNodes);
}

if (box) {
  setInterval(() => follow().catch(() => {}), Number(box.dataset.refresh) * SECOND);
  document.addEventListener("visibilitychange", () => follow().catch(() => {}));
}
