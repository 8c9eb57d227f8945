// A group of buttons of which one is selected: a single tab stop, the arrow keys move within it.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Choices {
  /** `make(item, index)` returns an item's button; `onChoose(index)` is called when a person selects one. */
  constructor(container, make, onChoose) {
    this.container = container;
    this.make = make;
    this.onChoose = onChoose;
    this.buttons = [];
    container.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show items; focus stays in the group if it was there. */
  show(items, chosen) {
    const hadFocus = this.buttons.includes(document.activeElement);
    for (const button of this.buttons) button.remove();
    this.buttons = items.map((item, index) => {
      const button = this.make(item, index);
      button.type = "button";
      button.addEventListener("click", () => this.onChoose(index));
      return button;
    });
    this.container.append(...this.buttons);
    this.mark(chosen);
    if (hadFocus) this.buttons[chosen]?.focus({ preventScroll: true });
  }

  /** Mark which one is chosen. */
  mark(chosen) {
    this.buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(index === chosen));
      button.tabIndex = index === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  #key(event) {
    const from = this.buttons.indexOf(document.activeElement);
    if (from < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.buttons.length - 1;
    const to = { Home: 0, End: last }[event.key] ?? from + (STEPS[event.key] ?? NaN);
    if (Number.isNaN(to)) return;
    event.preventDefault();
    const index = Math.min(Math.max(to, 0), last);
    this.buttons[index].focus();
    this.onChoose(index);
  }
}
