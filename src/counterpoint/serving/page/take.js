// One answered request: its pieces, their sound, and every file that they can be had as.

import { FORMATS } from "./formats.js";
import { ask } from "./service.js";
import { unzip } from "./zip.js";

// Notes and sound come in one answer. Two requests would write the music twice, which costs more than the roll gains by
// being there first; and both at once would share the processor that the sound is waited for from.
const FIRST = ["json", "wav"];

export class Take {
  /** way: a name of WAYS; fields: what is asked for; file: {field, content} or null. Raises a Refusal. */
  static async make(way, fields, file) {
    const answer = await ask(way, { ...fields, format: FIRST }, file);
    const said = (name) => answer.headers.get(name);
    // The service draws the seeds that were not asked for.
    const seeds = Object.entries({ seed: said("X-Seed"), to: said("X-Seed-To") }).filter(([, seed]) => seed !== null);
    const drawn = Object.fromEntries(seeds.map(([name, seed]) => [name, Number(seed)]));
    return new Take(way, { ...fields, ...drawn }, file, unzip(await answer.arrayBuffer()), said("X-Remarks") ?? "");
  }

  /** fields: with the seeds; files: notes and sounds by name; remarks: what the service says of a file it was given. */
  constructor(way, fields, file, files, remarks) {
    this.notes = JSON.parse(new TextDecoder().decode(files.get("notes.json")));
    this.way = way;
    this.fields = fields;
    this.file = file;
    this.remarks = remarks;
    this.kept = new Map([
      ["json", Promise.resolve(this.notes.pieces.map(() => blob(files.get("notes.json"), "json")))],
      ["wav", Promise.resolve(this.notes.pieces.map(({ piece }) => blob(files.get(`piece-${piece}.wav`), "wav")))],
    ]);
  }

  /** Piece `place` (0, 1, …) as one of FORMATS, a Blob. Raises a Refusal; asked again, it tries again. */
  async piece(place, format) {
    if (!this.kept.has(format)) {
      const all = this._fetch(format);
      this.kept.set(format, all);
      all.catch(() => this.kept.delete(format));
    }
    return (await this.kept.get(format))[place];
  }

  /** All pieces in every one of `formats`, as the service's zip. */
  async everything(formats) {
    return (await ask(this.way, { ...this.fields, format: formats }, this.file)).blob();
  }

  async _fetch(format) {
    const response = await ask(this.way, { ...this.fields, format }, this.file);
    if (this.notes.pieces.length === 1) return [await response.blob()];
    const files = unzip(await response.arrayBuffer());
    return this.notes.pieces.map(({ piece }) => blob(files.get(`piece-${piece}.${FORMATS[format].extension}`), format));
  }
}

function blob(bytes, format) {
  return new Blob([bytes], { type: FORMATS[format].type });
}
