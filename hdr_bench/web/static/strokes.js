// Pen strokes on a canvas: black ink on white paper, in either theme.

export class Strokes {
  #strokes = [];

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.#paint();
  }

  get count() {
    return this.#strokes.length;
  }

  begin(point, width) {
    this.#strokes.push({ width, points: [point] });
    this.#line([point, point], width);
  }

  extend(point) {
    const { points, width } = this.#strokes.at(-1);
    this.#line([points.at(-1), point], width);
    points.push(point);
  }

  undo() {
    this.#strokes.pop();
    this.#paint();
  }

  clear() {
    this.#strokes = [];
    this.#paint();
  }

  /** The drawing as a PNG. */
  toBlob() {
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }

  /** The drawing at half its size, which is enough for answers while one draws, as a PNG. */
  toSmallBlob() {
    const small = document.createElement("canvas");
    small.width = this.canvas.width / 2;
    small.height = this.canvas.height / 2;
    const context = small.getContext("2d", { alpha: false });
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, 0, 0, small.width, small.height);
    return new Promise((resolve) => small.toBlob(resolve, "image/png"));
  }

  #paint() {
    this.context.fillStyle = "#fff";
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    for (const { points, width } of this.#strokes) this.#line(points.length > 1 ? points : [points[0], points[0]], width);
  }

  #line(points, width) {
    const { context } = this;
    Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
    context.beginPath();
    points.forEach(({ x, y }, index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
}
