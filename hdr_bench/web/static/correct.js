// Corrects a mark: ten digits, "not a digit", and undo.

import { ask, sendJson } from "./api.js";
import { html } from "./elements.js";

const LABELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, null];
const KEYS = new Map([...LABELS.slice(0, 10).map((label) => [String(label), label]), ["Delete", null], ["Backspace", null]]);

/** Store what a digit is; resolves to its correction. */
export async function correct(digit, label) {
  const correction = await sendJson("/api/corrections", "POST", { digit_id: digit.id, label });
  return { id: correction.id, label: correction.label, review: correction.review };
}

/** Take a correction back. */
export async function takeBack(digit) {
  await ask(`/api/corrections/${digit.correction.id}`, { method: "DELETE" });
  return null;
}

/** The label that a key stands for; undefined if it stands for none. */
export function labelOfKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  return KEYS.get(event.key);
}

/** Make the buttons; `onLabel(label)` hears which was pressed. */
export function labelButtons(onLabel) {
  return LABELS.map((label) =>
    html(
      "button",
      { type: "button", class: label === null ? "wide" : "", "data-label": String(label), click: () => onLabel(label) },
      label === null ? "not a digit" : String(label),
    ),
  );
}
