// Finding a report among many by a few letters; the list itself is on the page already.

const box = document.querySelector("[data-report-search]");
const nothing = document.querySelector("[data-nothing-found]");

/** Letters as people compare them: small, without accents and apostrophes. */
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f'\u02bb\u02bc\u2018\u2019`]/g, "");

function search(input) {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll("[data-report-group]")) {
    let here = 0;
    for (const item of group.querySelectorAll("[data-report-name]")) {
      const name = plain(item.dataset.reportName);
      item.hidden = !words.every((word) => name.includes(word));
      here += item.hidden ? 0 : 1;
    }
    group.hidden = !here;
    found += here;
  }
  nothing.hidden = found > 0;
}

if (box) {
  const input = box.querySelector("input");
  box.hidden = false;
  input.addEventListener("input", () => search(input));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const first = [...document.querySelectorAll("[data-report-name]:not([hidden]) a")].find((link) => link.offsetParent);
    if (first && input.value.trim()) window.location.assign(first.href);
  });
  if (input.value) search(input);
}
