// Requests to the API. A failure is thrown as an Error whose message is a plain sentence.

const token = document.querySelector('meta[name="api-token"]')?.content ?? "";

/** Whether the API asks for a token. */
export const needsToken = token !== "";

async function sentenceOf(answer) {
  try {
    const body = await answer.json();
    if (body.error) return body.error;
  } catch {
    // A proxy in between may answer with its own error page.
  }
  return `The server answered with status ${answer.status}. Try again.`;
}

/** Ask the API, and return the response if it went well. */
export async function ask(path, { method = "GET", body, type, signal } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (type) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(path, { method, body, headers, signal, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server is not responding. Is it still running?", { cause: error });
  }
  if (!answer.ok) throw new Error(await sentenceOf(answer));
  return answer;
}

/** Ask the API for JSON. */
export async function askJson(path, options = {}) {
  return (await ask(path, options)).json();
}

/** Send a value as JSON. */
export function sendJson(path, method, value) {
  return askJson(path, { method, body: JSON.stringify(value), type: "application/json" });
}
