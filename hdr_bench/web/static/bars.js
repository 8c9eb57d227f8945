// The probabilities of the ten digits as bars.

import { svg } from "./elements.js";
import { percent } from "./words.js";

const STEP = 16, WIDTH = 12, HEIGHT = 34;

function bar(share, digit, best) {
  const x = digit * STEP + (STEP - WIDTH) / 2;
  const height = Math.max(share * HEIGHT, share > 0.001 ? 0.8 : 0);
  return [
    svg("rect", { class: "ground", x, y: 0, width: WIDTH, height: HEIGHT, rx: 1.5 }),
    svg("rect", { class: digit === best ? "bar best" : "bar", x, y: HEIGHT - height, width: WIDTH, height, rx: 1 }),
    svg("text", { class: "axis", x: x + WIDTH / 2, y: HEIGHT + 8 }, String(digit)),
  ];
}

/** Draw ten bars, with their numbers as text for those who do not see them. */
export function bars(probabilities) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const words = probabilities.map((share, digit) => `${digit}: ${percent(share)}`).join(", ");
  return svg(
    "svg",
    { viewBox: `0 0 ${10 * STEP} ${HEIGHT + 10}`, role: "img", "aria-label": `Probabilities: ${words}` },
    ...probabilities.flatMap((share, digit) => bar(share, digit, best)),
    svg("line", { class: "base", x1: 0, x2: 10 * STEP, y1: HEIGHT, y2: HEIGHT }),
  );
}
