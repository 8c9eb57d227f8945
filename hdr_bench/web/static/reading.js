// The page of a reading: the picture with a box around each digit, the models' answers, and corrections.

import { askJson } from "./api.js";
import { answersFor } from "./answers.js";
import { box, sizeAsRead } from "./boxes.js";
import { Choices } from "./choices.js";
import { correct, labelButtons, labelOfKey, takeBack } from "./correct.js";
import { html, say } from "./elements.js";
import { drawPicture } from "./picture.js";
import { showStages } from "./stages.js";
import { tinyImage } from "./tiny-image.js";
import { describe, labelOf, markOf } from "./words.js";

const part = (id) => document.getElementById(id);
const main = document.querySelector("main");
const id = main.dataset.reading;
let reading, size, chosen = 0, saving = false;

const boxes = new Choices(part("picture"), (digit, index) => box(digit, index, size), choose);
const chips = new Choices(part("digits"), chip, choose);

function chip(digit, index) {
  const kind = digit.correction ? "corrected" : digit.rejected || digit.digit === null ? "rejected" : "";
  const button = html("button", { class: `choice ${kind}`, "aria-label": describe(digit, index + 1) });
  button.append(tinyImage(digit.image), markOf(digit));
  return button;
}

function show() {
  boxes.show(reading.digits, chosen);
  chips.show(reading.digits, chosen);
  choose(chosen);
}

function choose(index) {
  chosen = index;
  boxes.mark(index);
  chips.mark(index);
  const digit = reading.digits[index];
  part("answers").replaceChildren(...answersFor(digit));
  part("which").textContent = `Mark ${index + 1} of ${reading.digits.length}: ${labelOf(digit)}`;
  part("undo").disabled = !digit.correction;
  for (const button of part("labels").children) {
    const isIt = digit.correction && String(digit.correction.label) === button.dataset.label;
    button.setAttribute("aria-pressed", String(Boolean(isIt)));
  }
}

async function change(work, sentence) {
  if (saving) return;
  saving = true;
  const digit = reading.digits[chosen];
  try {
    digit.correction = await work(digit);
    say(part("problem"), "");
    part("live").textContent = sentence(digit);
    show();
  } catch (error) {
    say(part("problem"), error.message);
  }
  saving = false;
}

function saved(digit) {
  const again = digit.correction.review === "waiting" ? " No model agrees: the correction waits for review in the collection." : "";
  return `Mark ${chosen + 1} is stored as ${labelOf(digit)}.${again}`;
}

const give = (label) => change((digit) => correct(digit, label), saved);
const undo = () => reading.digits[chosen].correction && change(takeBack, () => `The correction of mark ${chosen + 1} was removed.`);

function key(event) {
  if (!reading?.digits.length) return;
  const command = event.ctrlKey || event.metaKey;
  const label = labelOfKey(event);
  if (label !== undefined) give(label);
  else if (command && event.key.toLowerCase() === "z") undo();
  else return;
  event.preventDefault();
}

function facts() {
  const { model, version } = reading.reader;
  const words = [`${reading.size[0]}x${reading.size[1]} pixels`, `divided into digits by ${model}, version ${version}`];
  if (reading.writer) words.push(`written by ${reading.writer}`);
  if (reading.turned) words.push(`turned by ${reading.turned} degrees`);
  return [...words, ...(reading.notes ?? [])].map((each) => html("li", {}, each));
}

async function start() {
  try {
    reading = await askJson(`/api/readings/${id}`);
  } catch (error) {
    return say(part("problem"), error.message);
  }
  size = sizeAsRead(reading);
  part("name").textContent = reading.file || "Drawing";
  part("facts").replaceChildren(...facts());
  part("lines").replaceChildren(...reading.lines.map((line) => html("li", {}, line)));
  part("lines").hidden = reading.lines.length === 0;
  part("nothing").hidden = reading.digits.length > 0;
  part("panel").hidden = reading.digits.length === 0;
  // A link may point to one digit.
  chosen = Math.max(reading.digits.findIndex((digit) => `#${digit.id}` === location.hash), 0);
  if (reading.digits.length) show();
  main.dataset.ready = "true";
  try {
    await drawPicture(part("canvas"), reading.picture, reading.turned);
  } catch (error) {
    say(part("problem"), error.message);
  }
}

part("labels").replaceChildren(...labelButtons(give));
part("undo").addEventListener("click", undo);
// Keys work wherever the focus is, except in a form field; initially the first digit is selected.
document.addEventListener("keydown", (event) => event.target.matches("input, select, textarea") || key(event));
showStages(part("stages"), id);
start();
