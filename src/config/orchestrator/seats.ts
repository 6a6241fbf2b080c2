import type { HostName } from '../../model/job.ts';
import type { Seat } from '../../model/node.ts';
import { parseAddress, parseNetwork, renderAddress } from './address.ts';

const HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MOST_SEATS = 10_000;

/** Reads `node[001-100]`, or one name. @returns undefined when it is none. */
export function parseHosts(text: string): readonly HostName[] | undefined {
  const {
    before = '',
    low,
    high,
    after = '',
  } = /^(?<before>[^[\]]*)(?:\[(?<low>\d+)-(?<high>\d+)\](?<after>[^[\]]*))?$/.exec(text)?.groups ??
  {};
  const [first, last] = [Number(low ?? 0), Number(high ?? 0)];
  if (last < first || last - first >= MOST_SEATS) return undefined;
  const names = Array.from({ length: last - first + 1 }, (_, i) =>
    low === undefined ? before : `${before}${String(first + i).padStart(low.length, '0')}${after}`,
  );
  return names.every((name) => HOST.test(name)) ? names : undefined;
}

/**
 * One address after the other, from the first on.
 *
 * @returns what is wrong, when the network does not have that many.
 */
export function seatsOf(
  hosts: readonly HostName[],
  from: string,
  network: string,
): readonly Seat[] | string {
  const first = parseAddress(from);
  const range = parseNetwork(network);
  if (first === undefined || range === undefined) return 'expected an address of the network';
  if (first <= range.first || first + hosts.length - 1 >= range.last) {
    const last = renderAddress(first + hosts.length - 1);
    return `expected ${hosts.length} addresses inside ${network}, found ${from} to ${last}`;
  }
  return hosts.map((host, index) => ({ host, address: renderAddress(first + index) }));
}
