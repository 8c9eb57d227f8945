// Sends states one at a time: at most one is in flight, and the latest one is always sent.

// A busy server is asked less often: most of the time nothing is in flight.
const REST = 4;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Latest {
  #waiting = null;
  #running = false;

  /**
   * `send(state)` returns a promise; `gap` is the least time between two starts, in milliseconds; it grows with what an
   * answer takes. `settled()` hears that the last state was sent and answered.
   */
  constructor(send, gap, settled) {
    this.send = send;
    this.gap = gap;
    this.settled = settled;
  }

  /** Send this state, unless a later one takes its place before its turn. */
  push(state) {
    this.#waiting = { state };
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    while (this.#waiting) {
      const { state } = this.#waiting;
      this.#waiting = null;
      const start = performance.now();
      await this.send(state);
      if (!this.#waiting) this.settled();
      const took = performance.now() - start;
      await wait(Math.max(this.gap, REST * took) - took);
    }
    this.#running = false;
  }
}
