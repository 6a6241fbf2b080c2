import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaunchError, type Publication } from '../launch.ts';
import { renderPublication } from './publication.ts';

/** The guest's address in the outer network. */
const GUEST = '10.0.2.15';
const POLL_MS = 10;

/**
 * Opens ports through the API socket of slirp4netns(1), `add_hostfwd`. The socket is there once the
 * guest's kernel has connected.
 *
 * @param signal Ends the wait: the guest has ended.
 * @throws {LaunchError} `PUBLISH_FAILED`
 */
export async function publish(
  ports: readonly Publication[],
  socket: string,
  signal: AbortSignal,
): Promise<void> {
  if (ports.length === 0) return;
  while (!existsSync(socket) && !signal.aborted) await sleep(POLL_MS);
  for (const port of ports) if (!signal.aborted) await open(port, socket);
}

async function open(port: Publication, socket: string): Promise<void> {
  const answer = await ask(socket, {
    execute: 'add_hostfwd',
    arguments: {
      proto: port.protocol,
      host_addr: port.address,
      host_port: port.hostPort,
      guest_addr: GUEST,
      guest_port: port.guestPort,
    },
  });
  if (!answer.includes('"error"')) return;
  throw new LaunchError(`Cannot publish ${renderPublication(port)}: slirp4netns refused it`, {
    kind: 'conflict',
    code: 'PUBLISH_FAILED',
    hint: 'See whether another program has taken the port: ss -ltnup.',
  });
}

async function ask(path: string, request: object): Promise<string> {
  const socket = connect(path);
  socket.end(JSON.stringify(request));
  return text(socket);
}
