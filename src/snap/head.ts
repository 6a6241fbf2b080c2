import { showPath, toBytePath } from '../tree/byte-path.ts';
import type { ChangeCounts } from './change.ts';
import type { PaxRecords } from './tar/pax.ts';

/** What a bundle says of itself, in a global pax header. */
export interface BundleHead extends ChangeCounts {
  /** Digest of the base that it was made on. */
  readonly base: string;
  /** What that base is called. */
  readonly name: string;
  /** When it was made: whole seconds since 1970. */
  readonly time: number;
  /** Program and version that made it. */
  readonly tool: string;
}

const FORMAT = '1';

export function encodeBundleHead(head: BundleHead): PaxRecords {
  return [
    ['APPPOT.format', FORMAT],
    ['APPPOT.base', head.base],
    ['APPPOT.name', toBytePath(head.name)],
    ['APPPOT.time', String(head.time)],
    ['APPPOT.tool', head.tool],
    ['APPPOT.added', String(head.added)],
    ['APPPOT.modified', String(head.modified)],
    ['APPPOT.deleted', String(head.deleted)],
  ];
}

/** @throws {RangeError} */
export function decodeBundleHead(records: PaxRecords): BundleHead {
  const values = new Map(records);
  const format = values.get('APPPOT.format');
  if (format === undefined) throw new RangeError('it is no bundle of changes');
  if (format !== FORMAT) throw new RangeError(`its format is ${format}, not ${FORMAT}`);
  const base = values.get('APPPOT.base') ?? '';
  if (!/^sha256:[0-9a-f]{64}$/.test(base)) throw new RangeError(`its base "${base}" is no digest`);
  const count = (key: string): number => {
    const value = values.get(key) ?? '';
    if (!/^\d{1,15}$/.test(value)) throw new RangeError(`its ${key} is no number`);
    return Number(value);
  };
  return {
    base,
    name: showPath(values.get('APPPOT.name') ?? ''),
    time: count('APPPOT.time'),
    tool: showPath(values.get('APPPOT.tool') ?? ''),
    added: count('APPPOT.added'),
    modified: count('APPPOT.modified'),
    deleted: count('APPPOT.deleted'),
  };
}
