// The preview of the receipt designer: the form's values on a receipt, drawn by the very code that prints at the till.

import { receiptOf } from "../till/receipt.js";
import { useTexts } from "../till/texts.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
useTexts(boot);

const form = document.getElementById("design");
const kind = document.getElementById("preview-kind");
const width = document.getElementById("preview-width");
const paper = document.getElementById("paper");
const trouble = document.getElementById("preview-trouble");

function lookNow() {
  const { elements } = form;
  return {
    ...boot.look,
    header: elements.receipt_header.value.trim(),
    footer: elements.receipt_footer.value.trim(),
    cashier: elements.receipt_cashier.checked,
    vat: elements.receipt_vat.checked,
    savings: elements.receipt_savings.checked,
    barcode: elements.receipt_barcode.checked,
    qr: elements.receipt_qr.value,
    qr_text: elements.receipt_qr_text.value.trim(),
  };
}

function draw() {
  const copy = kind.value === "copy";
  const sale = { ...boot.samples[copy ? "sale" : kind.value], copy };
  const look = lookNow();
  paper.className = `paper paper-${width.value}`;
  trouble.hidden = true;
  try {
    paper.replaceChildren(receiptOf(sale, look));
  } catch {
    trouble.hidden = false;
    paper.replaceChildren(receiptOf(sale, { ...look, qr: "off" }));
  }
  const text = form.elements.receipt_qr_text.closest(".field");
  if (text) text.hidden = form.elements.receipt_qr.value !== "text";
}

function paperChosen() {
  width.value = form.elements.receipt_width.value || "80";
  draw();
}

form.addEventListener("input", draw);
for (const radio of form.elements.receipt_width) radio.addEventListener("change", paperChosen);
kind.addEventListener("change", draw);
width.addEventListener("change", draw);
paperChosen();
