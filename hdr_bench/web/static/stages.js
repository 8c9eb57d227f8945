// All stages of a reading, fetched on demand.

import { askJson } from "./api.js";
import { html, say } from "./elements.js";
import { drawPicture } from "./picture.js";

async function stage({ title, url }, number) {
  const canvas = html("canvas", { role: "img", "aria-label": title });
  await drawPicture(canvas, url);
  return html("figure", {}, html("figcaption", {}, `${number}. ${title}`), canvas);
}

/** Show the stages once the details are opened. */
export function showStages(details, reading) {
  const list = details.querySelector(".stages"), note = details.querySelector(".note");
  let asked = false;
  details.addEventListener("toggle", async () => {
    if (!details.open || asked) return;
    asked = true;
    say(note, "Reading the picture again, stage by stage …");
    try {
      const { steps } = await askJson(`/api/readings/${reading}/steps`);
      for (const [index, each] of steps.entries()) list.append(await stage(each, index + 1));
      say(note, "");
    } catch (error) {
      asked = false;
      list.replaceChildren();
      say(note, error.message);
    }
  });
}
