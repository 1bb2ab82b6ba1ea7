// A piece as the end of an address, `#seed=7&temperature=1.2`: who follows it finds the form filled in.

/** fields: what was asked for; way: by which of WAYS; model: the version that answered. */
export function address(way, fields, model) {
  const said = way === "generate" ? {} : { way };
  return `#${new URLSearchParams({ ...said, ...fields, model })}`;
}

/** {way, model, fields} of an address's end, or null where it holds no seed. */
export function read(hash) {
  const { way = "generate", model = null, ...fields } = Object.fromEntries(new URLSearchParams(hash.slice(1)));
  return "seed" in fields ? { way, model, fields } : null;
}
