import type { Instant } from '../base/clock.ts';

/** What an OpenVPN server tells of itself. */
export interface VpnStatus {
  readonly written: Instant;
  /** Names in the certificates of those connected, with the address each has. */
  readonly clients: ReadonlyMap<string, string>;
}

/**
 * Reads a status file of `status-version 3`: words split by tabs.
 *
 * Source: openvpn(8), `--status-version`; as OpenVPN 2.6 writes it.
 *
 * @returns undefined when it is no whole status: it may just be written.
 */
export function parseStatus(text: string): VpnStatus | undefined {
  const rows = text.split('\n').map((line) => line.replace(/\r$/, '').split('\t'));
  const written = Number(rows.find(([kind]) => kind === 'TIME')?.[2]);
  if (!Number.isFinite(written) || !rows.some(([kind]) => kind === 'END')) return undefined;
  const clients = rows.flatMap(([kind, name = '', , address = '']): [string, string][] =>
    kind === 'CLIENT_LIST' && name !== 'UNDEF' ? [[name, address]] : [],
  );
  return { written, clients: new Map(clients) };
}
