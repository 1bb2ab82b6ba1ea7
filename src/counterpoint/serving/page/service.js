// Calls of the service, and what it says when it cannot. Addresses are relative: the service may lie below a path.

/** What the service refused: its sentence, the fields that were wrong, and after how many seconds to ask again. */
export class Refusal extends Error {
  constructor(sentence, fields = [], seconds = null) {
    super(sentence);
    this.fields = fields;
    this.seconds = seconds;
  }
}

const BUSY = 429;

async function refusal(response) {
  const text = await response.text();
  let told = {};
  try {
    told = JSON.parse(text);
  } catch {
    // Not by the service itself, but by what stands before it.
  }
  const sentence = told?.error ?? `The service answered ${response.status}: ${text.slice(0, 200) || "nothing more"}`;
  const seconds = response.status === BUSY ? Number(response.headers.get("Retry-After")) || 1 : null;
  return new Refusal(sentence, told?.fields ?? [], seconds);
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal("The service does not answer. Is it still running?");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** What `GET /model` says. */
export async function model() {
  return (await call("model")).json();
}

/** POST of fields as JSON; of fields and a file as a form, where a list is a field that is said again. */
export function ask(path, fields, file = null) {
  if (file === null) {
    const headers = { "Content-Type": "application/json" };
    return call(path, { method: "POST", headers, body: JSON.stringify(fields) });
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) form.append(name, each);
  form.append(file.field, file.content, file.content.name);
  return call(path, { method: "POST", body: form });
}
