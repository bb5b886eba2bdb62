// The sums of a long period come after the page: they are asked for once it is there.

const section = document.querySelector("[data-edges-from]");

async function fill() {
  const answer = await fetch(section.dataset.edgesFrom, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  section.innerHTML = await answer.text();
}

if (section) {
  fill()
    // Without them the page is as good as before; the next look asks again.
    .catch(() => section.remove())
    .finally(() => section.removeAttribute("aria-busy"));
}
