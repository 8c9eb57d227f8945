// Boxes around the digits of a picture: each is a button.

import { html } from "./elements.js";
import { describe } from "./words.js";

const share = (part, whole) => `${(100 * part) / whole}%`;

/** Make the button around a digit; `size` is the width and height of the picture that the boxes belong to. */
export function box(digit, index, size) {
  const kind = digit.correction ? "corrected" : digit.rejected || digit.digit === null ? "rejected" : "";
  const button = html("button", { class: `box ${kind}`, "aria-label": describe(digit, index + 1), title: describe(digit, index + 1) });
  const [x, y, width, height] = digit.box;
  button.style.left = share(x, size[0]);
  button.style.top = share(y, size[1]);
  button.style.width = share(width, size[0]);
  button.style.height = share(height, size[1]);
  return button;
}

/** The size of the picture as it was read: turned by a quarter, width and height change places. */
export function sizeAsRead({ size, turned = 0 }) {
  return turned % 180 ? [size[1], size[0]] : size;
}
