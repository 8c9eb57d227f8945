// The writer's name, remembered in this browser.

const KEY = "hdr-bench-writer";

/** Fill a field with the remembered name, and remember what is typed. */
export function rememberWriter(field) {
  try {
    field.value = localStorage.getItem(KEY) ?? "";
    field.addEventListener("change", () => localStorage.setItem(KEY, field.value.trim()));
  } catch {
    // Without storage, as in some private windows, the name must be typed each time.
  }
}
