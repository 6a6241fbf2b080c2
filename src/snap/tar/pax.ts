/**
 * The tar archives that bundles are: pax over ustar, written and read as streams.
 *
 * Sources: POSIX.1-2024 pax, "Extended header" and "ustar interchange format"; star(5) for
 * `SCHILY.xattr.*`; the GNU tar manual, "Storing Sparse Files", PAX format 1.0.
 *
 * @module
 */

/** Records of an extended header; keys and values are bytes as Latin-1 characters. */
export type PaxRecords = readonly (readonly [key: string, value: string])[];

export function encodePax(records: PaxRecords): Buffer {
  return Buffer.from(records.map(([key, value]) => encodeRecord(key, value)).join(''), 'latin1');
}

/** The length before a record counts its own digits. */
function encodeRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  let length = body.length + 1;
  while (String(length).length + body.length !== length) {
    length = String(length).length + body.length;
  }
  return `${length}${body}`;
}

/** @throws {RangeError} when a record does not end where it says. */
export function decodePax(bytes: Buffer): PaxRecords {
  const text = bytes.toString('latin1');
  const records: [string, string][] = [];
  for (let at = 0; at < text.length; ) {
    const [digits = ''] = /^[1-9]\d{0,9} /.exec(text.slice(at, at + 12)) ?? [];
    const end = at + Number(digits);
    const equals = text.indexOf('=', at + digits.length);
    if (digits === '' || text[end - 1] !== '\n' || equals < 0 || equals >= end) {
      throw new RangeError('a pax record is malformed');
    }
    records.push([text.slice(at + digits.length, equals), text.slice(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** `-1.5` for -1 500 000 000 ns; no trailing zeros. */
export function encodeTime(ns: bigint): string {
  const [sign, positive] = ns < 0n ? ['-', -ns] : ['', ns];
  const fraction = String(positive % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${sign}${positive / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/** @throws {RangeError} */
export function decodeTime(text: string): bigint {
  const found = /^(?<sign>-?)(?<seconds>\d{1,18})(?:\.(?<fraction>\d*))?$/.exec(text);
  if (found === null) throw new RangeError(`the time "${text}" is malformed`);
  const { sign, seconds = '0', fraction = '' } = found.groups ?? {};
  const ns = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -ns : ns;
}
