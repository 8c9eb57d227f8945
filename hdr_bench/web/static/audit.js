// Keys of the label audit: each presses its button or follows its link; those of one character's classes choose them.

import { rememberWriter } from "./writer.js";

const form = document.getElementById("decide");
const other = document.getElementById("other");
const take = document.getElementById("take");
let isSent = false;

rememberWriter(document.getElementById("who"));

form.addEventListener("submit", (event) => {
  // A key pressed twice must decide only once.
  if (isSent) event.preventDefault();
  isSent = true;
});
window.addEventListener("pageshow", () => (isSent = false));

function targetOf(key) {
  const escaped = CSS.escape(key);
  return document.querySelector(`[data-key="${escaped}"]`) ?? form.querySelector(`[data-class-keys~="${escaped}"]`);
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input")) {
    if (event.key === "Enter" && event.target === other) take.click();
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const target = event.key === "o" ? other : targetOf(event.key);
  if (!target) return;
  event.preventDefault();
  if (event.key === "o") other.focus();
  else target.click();
});
