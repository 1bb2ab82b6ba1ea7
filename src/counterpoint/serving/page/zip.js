// Archives as the service writes them: files that are stored, not compressed, so that reading one is finding it.
// The layout is that of PKWARE's APPNOTE.TXT, sections 4.3.7 (local headers), 4.3.12 (directory) and 4.3.16 (its end).

const LOCAL_BYTES = 30;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const END = 0x06054b50;
const END_BYTES = 22;

/** The files of a zip by name, as views of `buffer`. Throws for what is no zip, or holds a compressed file. */
export function unzip(buffer) {
  const bytes = new DataView(buffer);
  let end = buffer.byteLength - END_BYTES;
  while (end >= 0 && bytes.getUint32(end, true) !== END) end -= 1; // a comment may follow it
  if (end < 0) throw new Error("the service’s archive has no directory");
  const files = new Map();
  let place = bytes.getUint32(end + 16, true);
  for (let left = bytes.getUint16(end + 10, true); left > 0; left -= 1) {
    if (bytes.getUint32(place, true) !== ENTRY) throw new Error("the service’s archive is damaged");
    const [named, extra, comment] = [28, 30, 32].map((offset) => bytes.getUint16(place + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(buffer, place + ENTRY_BYTES, named));
    if (bytes.getUint16(place + 10, true) !== 0) throw new Error(`${name} is compressed in the service’s archive`);
    const local = bytes.getUint32(place + 42, true);
    // The local header's name and extra field may be of other lengths than the directory's.
    const begin = local + LOCAL_BYTES + bytes.getUint16(local + 26, true) + bytes.getUint16(local + 28, true);
    files.set(name, new Uint8Array(buffer, begin, bytes.getUint32(place + 24, true)));
    place += ENTRY_BYTES + named + extra + comment;
  }
  return files;
}
