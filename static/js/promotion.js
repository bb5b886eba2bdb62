// The form of a promotion: only the fields that its kind needs are shown.

const FIELDS = {
  percent: ["percent"],
  amount: ["amount"],
  fixed_price: ["fixed_price"],
  n_for_m: ["buy_quantity", "pay_quantity"],
};

const kind = document.querySelector('.admin-form select[name="kind"]');

function arrange() {
  for (const name of Object.values(FIELDS).flat()) {
    const control = document.querySelector(`.admin-form [name="${name}"]`);
    if (control) control.closest(".field").hidden = !FIELDS[kind.value]?.includes(name);
  }
}

if (kind) {
  kind.addEventListener("change", arrange);
  arrange();
}
