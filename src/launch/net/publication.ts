import { isIPv4 } from 'node:net';
import { LaunchError, type Publication } from '../launch.ts';
import { isPort } from './wish.ts';

const FORM = /^(?:(?<address>[\d.]+):)?(?<host>\d+):(?<guest>\d+)(?:\/(?<protocol>tcp|udp))?$/;

/**
 * Reads `[ADDRESS:]HOSTPORT:GUESTPORT[/udp]`.
 *
 * @throws {LaunchError} `PUBLISH_MALFORMED`
 */
export function parsePublication(text: string): Publication {
  const { address = '127.0.0.1', host = '', guest = '', protocol } = FORM.exec(text)?.groups ?? {};
  if (!isPort(host) || !isPort(guest) || !isIPv4(address)) throw malformed(text);
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    address,
    hostPort: Number(host),
    guestPort: Number(guest),
  };
}

/** As {@link parsePublication} reads it. */
export function renderPublication(publication: Publication): string {
  const { protocol, address, hostPort, guestPort } = publication;
  return `${address}:${hostPort}:${guestPort}/${protocol}`;
}

function malformed(text: string): LaunchError {
  return new LaunchError(
    `Cannot publish "${text}": it is not [ADDRESS:]HOSTPORT:GUESTPORT[/udp], with ports from 1 to 65535`,
    {
      kind: 'usage',
      code: 'PUBLISH_MALFORMED',
      hint: 'Write, for example, --publish 8080:80.',
    },
  );
}
