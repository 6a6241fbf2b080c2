/** IPv4 addresses, as numbers. */

/** @returns undefined when it is none. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function renderAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export interface Network {
  readonly first: number;
  readonly last: number;
  /** `255.255.255.0` */
  readonly mask: string;
  /** `10.8.0.0` */
  readonly address: string;
}

/** Reads `10.8.0.0/24`. @returns undefined when it is no network. */
export function parseNetwork(text: string): Network | undefined {
  const { address = '', length = '' } =
    /^(?<address>[\d.]+)\/(?<length>\d{1,2})$/.exec(text)?.groups ?? {};
  const first = parseAddress(address);
  const size = 2 ** (32 - Number(length));
  if (first === undefined || length === '' || Number(length) > 30 || first % size !== 0) {
    return undefined;
  }
  return {
    ...{ first, last: first + size - 1, address },
    mask: renderAddress(2 ** 32 - size),
  };
}

/** The address that a server of ours takes of a network: the first. */
export function serverAddress(network: string): string {
  return renderAddress((parseNetwork(network)?.first ?? 0) + 1);
}
