// The models' answers for one mark, side by side.

import { bars } from "./bars.js";
import { html } from "./elements.js";
import { tinyImage } from "./tiny-image.js";
import { milliseconds, percent } from "./words.js";

function verdict(answer) {
  const { second } = answer;
  const sure = `${percent(answer.probability)}${second ? `; then ${second.digit}, ${percent(second.probability)}` : ""}`;
  if (answer.rejected) return [html("b", { class: "rejected" }, "not a digit"), html("span", { class: "note" }, `nearest ${answer.digit}, ${sure}`)];
  return [html("b", {}, String(answer.digit)), html("span", {}, sure)];
}

function model(answer) {
  return html(
    "li",
    {},
    html(
      "p",
      { class: "who" },
      html("span", {}, `${answer.model}, version ${answer.version}`),
      html("span", {}, milliseconds(answer.milliseconds)),
    ),
    html("p", { class: "what" }, ...verdict(answer)),
    bars(answer.probabilities),
  );
}

function summary(digit) {
  if (digit.rejected || digit.digit === null) return "Read as: not a digit";
  return `Read as ${digit.digit}, ${percent(digit.probability)}`;
}

/** Make what is shown of a mark: the image that the models got, and every model's answer. */
export function answersFor(digit) {
  return [
    html(
      "div",
      { class: "seen" },
      tinyImage(digit.image, "The 28x28 image that the models were given"),
      html("div", {}, html("p", { class: "large" }, summary(digit)), html("p", { class: "note" }, "Left: the 28x28 image that the models were given.")),
    ),
    html("ul", { class: "models" }, ...digit.answers.map(model)),
  ];
}
