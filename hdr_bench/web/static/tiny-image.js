// The 28x28 image that the models were given.

import { html } from "./elements.js";

const SIDE = 28;

/** Draw the image from its bytes in base64. */
export function tinyImage(base64, description) {
  const canvas = html("canvas", { width: SIDE, height: SIDE });
  if (description) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", description);
  } else canvas.setAttribute("aria-hidden", "true");
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  bytes.forEach((value, index) => pixels.data.set([value, value, value, 255], 4 * index));
  context.putImageData(pixels, 0, 0);
  return canvas;
}
