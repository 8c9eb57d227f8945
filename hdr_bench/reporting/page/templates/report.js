"use strict";
// The page works without this: it adds sorting and filtering, opens what a link points into, and what is printed.
(() => {
  const number = (text) => {
    const plain = text.replace(/[,\u2007\u2008\s]/g, "").replace("\u2212", "-");
    return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? parseFloat(plain) : NaN;
  };
  const valueOf = (row, place) => row.cells[place].textContent.trim();
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!isNaN(x) && !isNaN(y)) return x - y;
    return a.localeCompare(b, "en", { numeric: true });
  };
  const isMissing = (text) => text === "" || text === "\u2013";

  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      // Dots are in the order of the errors beside them.
      if (head.classList.contains("dots")) return;
      const button = document.createElement("button");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sorted = head.getAttribute("aria-sort");
        // The best values first, then the other way.
        const direction = sorted ? (sorted === "ascending" ? -1 : 1) : head.dataset.first === "largest" ? -1 : 1;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [valueOf(row, place), row]);
        // What is missing stays at the end, whichever way.
        rows.sort(([a], [b]) => isMissing(a) - isMissing(b) || direction * compare(a, b));
        body.append(...rows.map(([, row]) => row));
        // The rules between rows hold for the order by error alone.
        table.classList.toggle("resorted", place !== 1 || direction !== 1);
      });
    });
  }

  const filter = document.querySelector("template#filter");
  if (filter) {
    filter.replaceWith(filter.content.cloneNode(true));
    const input = document.querySelector(".filter input");
    const count = document.querySelector(".filter output");
    const named = [...document.querySelectorAll("[data-method]")];
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (text) => words.every((word) => text.toLowerCase().includes(word));
      for (const part of named) part.hidden = !fits(part.dataset.method);
      const methods = document.querySelectorAll("details.method");
      const shown = [...methods].filter((method) => !method.hidden).length;
      count.textContent = words.length ? `${shown} of ${methods.length} methods` : "";
    });
  }

  // A point of a figure and its row light up together.
  for (const point of document.querySelectorAll("a.point")) {
    const row = document.getElementById(point.hash.slice(1));
    if (!row) continue;
    const light = (part, on) => () => part.classList.toggle("shown", on);
    for (const [from, to] of [[point, row], [row, point]]) {
      for (const begin of ["mouseenter", "focusin"]) from.addEventListener(begin, light(to, true));
      for (const end of ["mouseleave", "focusout"]) from.addEventListener(end, light(to, false));
    }
  }

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  const closed = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("section > details:not([open])")) {
      closed.push(part);
      part.open = true;
    }
  });
  addEventListener("afterprint", () => closed.splice(0).forEach((part) => { part.open = false; }));
})();
