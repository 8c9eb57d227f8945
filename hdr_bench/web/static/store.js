// Stores a picture as a reading and opens its page.

import { askJson } from "./api.js";

/** Send a picture to the collection; resolves to the address of its page. */
export async function store(picture, { name, kind, writer }) {
  const form = new FormData();
  form.append("file", picture, name);
  form.append("kind", kind);
  form.append("writer", writer);
  const reading = await askJson("/api/readings", { method: "POST", body: form });
  return `/readings/${reading.id}`;
}
