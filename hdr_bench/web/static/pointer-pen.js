// Draws with a mouse, a pen or a finger.

/** Let pointers draw; `width()` returns the pen's width, `onChange` is called for every new piece of a stroke. */
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
    // Ignore a palm or a second finger beside the pen.
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
    // Nothing new was drawn, but the drawing may now be finished.
    onChange();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("lostpointercapture", end);
  return { isDown: () => pointer !== null };
}
