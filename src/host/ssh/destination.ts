import { HostError } from '../host.ts';

/** A machine as users write it. */
export interface Destination {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

/**
 * @param text `[USER@]HOST[:PORT]`; an IPv6 address stands in brackets.
 * @throws {HostError} `HOST_MALFORMED`
 */
export function parseDestination(text: string): Destination {
  const { user, host, address, port } = PATTERN.exec(text)?.groups ?? {};
  const name = host ?? address;
  const number = port === undefined ? undefined : Number(port);
  if (name === undefined || (number !== undefined && (number < 1 || number > 65_535))) {
    throw new HostError(`Cannot use "${text}" as a machine: expected user@host or user@host:port`, {
      kind: 'usage',
      code: 'HOST_MALFORMED',
    });
  }
  return {
    ...(user !== undefined && { user }),
    host: name,
    ...(number !== undefined && { port: number }),
  };
}

/** No part can be taken for an option of a program. */
const PATTERN =
  /^(?:(?<user>[\w.][\w.@+-]*)@)?(?:(?<host>\w[\w.-]*)|\[(?<address>[0-9a-fA-F:.]+(?:%\w+)?)\])(?::(?<port>\d{1,5}))?$/;
