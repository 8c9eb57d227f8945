// Exports with the access token, which a plain link cannot send.

import { ask, needsToken } from "./api.js";
import { html, say } from "./elements.js";

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
