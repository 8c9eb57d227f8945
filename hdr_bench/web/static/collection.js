// Asks before anything is deleted for good, and exports with the access token, which a link could not send.

import { ask, needsToken } from "./api.js";
import { html, say } from "./elements.js";

for (const form of document.querySelectorAll("form[data-sure]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.sure)) event.preventDefault();
  });
}

async function download(event) {
  event.preventDefault();
  const link = event.currentTarget;
  try {
    const address = URL.createObjectURL(await (await ask(link.href)).blob());
    html("a", { href: address, download: link.getAttribute("download") }).click();
    URL.revokeObjectURL(address);
  } catch (error) {
    say(document.getElementById("problem"), error.message);
  }
}

if (needsToken) for (const link of document.querySelectorAll("a[download]")) link.addEventListener("click", download);
