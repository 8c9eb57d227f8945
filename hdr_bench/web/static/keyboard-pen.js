// Draws with the keyboard: arrows move a cursor, the space bar lowers and lifts the pen.

const STEP = 12, SMALL_STEP = 3;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class KeyboardPen {
  #down = false;

  constructor(canvas, cursor, strokes, width, onChange) {
    Object.assign(this, { canvas, cursor, strokes, width, onChange });
    this.at = { x: canvas.width / 2, y: canvas.height / 3 };
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.lift());
    canvas.addEventListener("pointerdown", () => this.lift());
  }

  /** Lift the pen and hide its cursor. */
  lift() {
    this.#down = false;
    this.cursor.hidden = true;
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") this.#toggle();
    else if (MOVES[event.key]) this.#move(MOVES[event.key], event.shiftKey ? SMALL_STEP : STEP);
    else return;
    event.preventDefault();
    this.#show();
  }

  #toggle() {
    this.#down = !this.#down;
    if (!this.#down) return;
    this.strokes.begin({ ...this.at }, this.width());
    this.onChange();
  }

  #move([right, down], step) {
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    this.at.x = within(this.at.x + right * step, this.canvas.width);
    this.at.y = within(this.at.y + down * step, this.canvas.height);
    if (!this.#down) return;
    this.strokes.extend({ ...this.at });
    this.onChange();
  }

  #show() {
    this.cursor.hidden = false;
    this.cursor.classList.toggle("down", this.#down);
    this.cursor.style.left = `${(100 * this.at.x) / this.canvas.width}%`;
    this.cursor.style.top = `${(100 * this.at.y) / this.canvas.height}%`;
  }
}
