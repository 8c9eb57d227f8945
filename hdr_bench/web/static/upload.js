// The upload page: a picture is chosen, dropped, pasted, or taken with the camera.

import { say } from "./elements.js";
import { store } from "./store.js";
import { rememberWriter } from "./writer.js";

const part = (id) => document.getElementById(id);
const drop = part("drop");
const fields = [part("file"), part("camera")];
const most = Number(drop.dataset.mostBytes);
let busy = false;

function tooLarge(file) {
  const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${file.name || "The picture"} has ${size(file.size)}; at most ${size(most)} are allowed. Send a smaller picture.`;
}

async function send(file) {
  if (!file || busy) return;
  if (file.size > most) return say(part("problem"), tooLarge(file));
  busy = true;
  say(part("problem"), "");
  say(part("status"), `Reading ${file.name || "the picture"} …`);
  part("progress").hidden = false;
  try {
    const name = file.name || "pasted.png";
    location.assign(await store(file, { name, kind: "upload", writer: part("writer").value.trim() }));
  } catch (error) {
    say(part("problem"), error.message);
    say(part("status"), "");
    part("progress").hidden = true;
    for (const field of fields) field.value = "";
  }
  busy = false;
}

const fileOf = (transfer) => [...(transfer?.files ?? [])][0];

for (const field of fields) field.addEventListener("change", () => send(field.files[0]));
document.addEventListener("paste", (event) => {
  const file = fileOf(event.clipboardData);
  if (file) send(file);
});
// Otherwise the browser would open a picture dropped outside the area.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const file = fileOf(event.dataTransfer);
  if (file) send(file);
  else say(part("problem"), "You did not drop a file. Drop a picture from your computer.");
});
// A page restored from the browser's back-forward cache is ready for the next picture.
window.addEventListener("pageshow", () => {
  part("progress").hidden = true;
  say(part("status"), "");
});
rememberWriter(part("writer"));
