import { showPath } from '../tree/byte-path.ts';
import type { BytePath } from '../tree/tree.ts';
import type { ChangeCounts } from './change.ts';

/** What a bundle says of itself. */
export interface BundleHead extends ChangeCounts {
  /** Digest of the base that it was made on. */
  readonly base: string;
  /** What that base is called; one line. */
  readonly name: string;
  /** When it was made: whole seconds since 1970. */
  readonly time: number;
  /** Program and version that made it. */
  readonly tool: string;
}

/** A bundle's first member: all that must be known before anything of it is merged. */
export interface Note {
  readonly head: BundleHead;
  readonly deletions: readonly BytePath[];
  /** How many entries travel under an escaped name. */
  readonly escaped: number;
}

const FORMAT = 'apppot-changes 1';

/** Lines for a shell to read, an empty one, then each deleted path as `./PATH` and a NUL. */
export function encodeNote({ head, deletions, escaped }: Note): Buffer {
  const lines = [
    FORMAT,
    `base ${head.base}`,
    `deleted ${head.deleted}`,
    `escaped ${escaped}`,
    `added ${head.added}`,
    `modified ${head.modified}`,
    `time ${head.time}`,
    `tool ${oneLine(head.tool)}`,
    `name ${oneLine(head.name)}`,
  ];
  const text = Buffer.from(`${lines.join('\n')}\n\n`, 'utf8');
  return Buffer.concat([
    text,
    Buffer.from(deletions.map((path) => `./${path}\0`).join(''), 'latin1'),
  ]);
}

/** @throws {RangeError} */
export function decodeNote(bytes: Buffer): Note {
  const end = bytes.indexOf('\n\n');
  const [format, ...lines] = bytes.toString('utf8', 0, Math.max(end, 0)).split('\n');
  if (format !== FORMAT) throw new RangeError(`its first line is not "${FORMAT}"`);
  const values = new Map(lines.map((line) => splitOnce(line)));
  const base = values.get('base') ?? '';
  if (!/^sha256:[0-9a-f]{64}$/.test(base)) throw new RangeError(`its base "${base}" is no digest`);
  const count = (key: string): number => {
    const value = values.get(key) ?? '';
    if (!/^\d{1,15}$/.test(value)) throw new RangeError(`its line "${key}" holds no number`);
    return Number(value);
  };
  const texts = { name: values.get('name') ?? '', tool: values.get('tool') ?? '' };
  const counts = { added: count('added'), modified: count('modified'), deleted: count('deleted') };
  const deletions = bytes
    .toString('latin1', end + 2)
    .split('\0')
    .slice(0, -1);
  return {
    head: { base, ...texts, time: count('time'), ...counts },
    deletions: deletions.map((path) => path.replace(/^\.\//, '')),
    escaped: count('escaped'),
  };
}

function splitOnce(line: string): [string, string] {
  const blank = line.indexOf(' ');
  return [line.slice(0, blank), line.slice(blank + 1)];
}

function oneLine(text: string): string {
  return showPath(Buffer.from(text, 'utf8').toString('latin1')).trim();
}
