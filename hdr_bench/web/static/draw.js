// The drawing page: shows how the models read the drawing while it is being drawn.

import { askJson } from "./api.js";
import { answersFor } from "./answers.js";
import { Choices } from "./choices.js";
import { html, say } from "./elements.js";
import { KeyboardPen } from "./keyboard-pen.js";
import { Latest } from "./latest.js";
import { listenToPointers } from "./pointer-pen.js";
import { store } from "./store.js";
import { Strokes } from "./strokes.js";
import { tinyImage } from "./tiny-image.js";
import { describe, markOf } from "./words.js";
import { rememberWriter } from "./writer.js";

const BETWEEN = 150;
const part = (id) => document.getElementById(id);
const canvas = part("pad"), writer = part("writer");
const strokes = new Strokes(canvas);
const width = () => Number(part("pen").value);
let digits = [], chosen = null;

const choices = new Choices(part("digits"), button, (index) => {
  chosen = index;
  showDigit(index);
});
// The answers shown belong to an earlier state of the drawing until the latest one is answered.
const latest = new Latest(predict, BETWEEN, () => part("side").removeAttribute("aria-busy"));
const pointers = listenToPointers(canvas, strokes, width, changed);
const keyboard = new KeyboardPen(canvas, part("cursor"), strokes, width, changed);

function button(digit, index) {
  const kind = digit.rejected || digit.digit === null ? "choice rejected" : "choice";
  return html("button", { class: kind, "aria-label": describe(digit, index + 1) }, tinyImage(digit.image), markOf(digit));
}

function changed() {
  const empty = strokes.count === 0;
  part("hint").hidden = !empty;
  for (const id of ["undo", "clear", "save"]) part(id).disabled = empty;
  askAgain();
}

function askAgain() {
  part("side").setAttribute("aria-busy", "true");
  latest.push(null);
}

async function predict() {
  if (strokes.count === 0) return show({ digits: [], lines: [] });
  try {
    const body = await strokes.toSmallBlob();
    show(await askJson(`/api/predict?unfinished=${pointers.isDown()}`, { method: "POST", body, type: "image/png" }));
    say(part("problem"), "");
  } catch (error) {
    say(part("problem"), error.message);
  }
}

function show(answer) {
  // The canvas was cleared in the meantime, so the answer is stale.
  digits = strokes.count ? answer.digits : [];
  const lines = digits.length ? answer.lines : [];
  part("lines").replaceChildren(...lines.map((line) => html("li", {}, line)));
  part("lines").hidden = lines.length === 0;
  part("nothing").hidden = digits.length > 0;
  part("unread").hidden = strokes.count === 0;
  part("before").hidden = strokes.count > 0;
  part("digits").hidden = digits.length < 2;
  if (chosen !== null && chosen >= digits.length) chosen = null;
  // Until a person selects a digit, show the one read last.
  const shown = chosen ?? digits.length - 1;
  choices.show(digits, shown);
  showDigit(shown);
  announce(lines);
}

function showDigit(index) {
  choices.mark(index);
  part("answers").replaceChildren(...(digits[index] ? answersFor(digits[index]) : []));
}

function announce(lines) {
  if (pointers.isDown()) return;
  const sentence = lines.length ? `Read: ${lines.join(", ")}` : strokes.count ? "No digit was found." : "";
  if (part("live").textContent !== sentence) part("live").textContent = sentence;
}

function undo() {
  keyboard.lift();
  strokes.undo();
  changed();
}

function clear() {
  keyboard.lift();
  strokes.clear();
  chosen = null;
  changed();
  canvas.focus({ preventScroll: true });
}

async function save() {
  part("save").disabled = true;
  try {
    const picture = await strokes.toBlob();
    location.assign(await store(picture, { name: "drawing.png", kind: "drawing", writer: writer.value.trim() }));
  } catch (error) {
    say(part("problem"), error.message);
    part("save").disabled = false;
  }
}

function shortcut(event) {
  if (event.target !== canvas && event.target !== document.body) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.shiftKey && event.key.toLowerCase() === "z") undo();
  else if (!command && (event.key === "Escape" || event.key === "Delete")) clear();
  else return;
  event.preventDefault();
}

part("undo").addEventListener("click", undo);
part("clear").addEventListener("click", clear);
part("save").addEventListener("click", save);
document.addEventListener("keydown", shortcut);
// Announce the last piece of a stroke once the pen is up.
canvas.addEventListener("pointerup", askAgain);
rememberWriter(writer);
// A page restored from the browser's back-forward cache can be saved again.
window.addEventListener("pageshow", changed);
