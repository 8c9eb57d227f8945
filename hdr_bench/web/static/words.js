// Describes answers in words.

/** A probability as a percentage, never rounded to certainty. */
export function percent(share) {
  if (share > 0.999) return ">\u00a099.9\u00a0%";
  if (share < 0.001) return "<\u00a00.1\u00a0%";
  return `${(100 * share).toFixed(share > 0.99 || share < 0.1 ? 1 : 0)}\u00a0%`;
}

/** What a digit is: as it was corrected, or as it was read. */
export function labelOf(digit) {
  if (digit.correction) return digit.correction.label === null ? "not a digit" : String(digit.correction.label);
  return digit.rejected || digit.digit === null ? "not a digit" : String(digit.digit);
}

/** What stands on the button of a digit: short. */
export function markOf(digit) {
  const label = labelOf(digit);
  return label === "not a digit" ? "–" : label;
}

/** A digit in a sentence, for people who do not see it. */
export function describe(digit, number) {
  const read = digit.rejected || digit.digit === null ? "not a digit" : `${digit.digit}, ${percent(digit.probability)}`;
  const corrected = digit.correction ? `, corrected to ${labelOf(digit)}` : "";
  return `Mark ${number}: ${read}${corrected}`;
}

/** A time in milliseconds, with as many digits as it deserves. */
export function milliseconds(value) {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0ms`;
}
