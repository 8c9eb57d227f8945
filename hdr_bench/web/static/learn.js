// Polls a running retraining; without JavaScript, reloading the page does the same.

import { askJson } from "./api.js";

const EVERY = 1500;
const RUNNING = new Set(["queued", "running"]);
const part = document.getElementById("learning");

const isRunning = () => part.querySelector("[data-retraining]") !== null;

function show(job) {
  const place = part.querySelector(`[data-retraining="${job.id}"]`);
  if (!place) return;
  const progress = place.querySelector("progress");
  if (job.n_epochs) {
    progress.max = job.n_epochs;
    progress.value = job.epoch;
  }
  place.querySelector(".stage").textContent = job.stage || (job.state === "queued" ? "waiting for its turn" : "starting");
  place.querySelector(".epoch").textContent = job.n_epochs ? `epoch ${job.epoch} of ${job.n_epochs}` : "";
}

async function renew() {
  const page = await (await fetch(location.href, { credentials: "same-origin" })).text();
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("learning");
  if (!fresh) return;
  part.replaceChildren(...fresh.childNodes);
  document.getElementById("live").textContent = part.querySelector("[data-outcome]")?.textContent.trim() ?? "";
}

async function follow() {
  try {
    const id = part.querySelector("[data-retraining]").dataset.retraining;
    const job = await askJson(`/api/retrainings/${id}`);
    if (RUNNING.has(job.state)) show(job);
    else await renew();
  } catch {
    // A restarting server responds again soon.
  }
  if (isRunning()) setTimeout(follow, EVERY);
}

if (isRunning()) follow();
