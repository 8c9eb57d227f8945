// Draws with mouse, pen or finger.

/** Let pointers draw; `width()` is the pen's width, `onChange` hears of every new piece of a stroke. */
export function listenToPointers(canvas, strokes, width, onChange) {
  let pointer = null;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * canvas.width,
      y: ((event.clientY - box.top) / box.height) * canvas.height,
    };
  };

  canvas.addEventListener("pointerdown", (event) => {
    // A palm or a second finger beside the pen draws nothing.
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    strokes.begin(place(event), width());
    onChange();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) strokes.extend(place(each));
    onChange();
  });

  const end = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    // Nothing was drawn, but now the drawing may be finished.
    onChange();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("lostpointercapture", end);
  return { isDown: () => pointer !== null };
}
