/**
 * Ports of the host that lead into a guest whose own networks lead nothing in: each connection becomes
 * that of a program beside the guest's job.
 *
 * @module
 */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { explain } from '../base/errno.ts';
import { LaunchError, type Publication, type StartPlan } from '../launch/launch.ts';
import { renderPublication } from '../launch/net/publication.ts';
import type { InstancePaths } from '../launch/words.ts';
import { runSession } from './session.ts';

/**
 * Leads the plan's relays into its guest until the signal.
 *
 * @throws {LaunchError} `PUBLISH_FAILED`
 */
export async function relay(
  { relays = [], network, segments }: StartPlan,
  paths: InstancePaths,
  signal: AbortSignal,
): Promise<void> {
  const own = network.kind === 'none' ? (segments[0]?.address ?? LOOPBACK) : OUTER;
  const lead = (port: Publication): Promise<Server> =>
    listen(port, (socket) => void pass(socket, [own, String(port.guestPort)], paths, signal));
  const servers = await Promise.all(relays.map(lead));
  const close = (): void => {
    for (const server of servers) server.close();
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
}

/** The guest's address in the outer network, and without any. */
const [OUTER, LOOPBACK] = ['10.0.2.15', '127.0.0.1'];

async function listen(port: Publication, take: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
  try {
    await once(server.listen(port.hostPort, port.address), 'listening');
    return server;
  } catch (cause) {
    throw new LaunchError(`Cannot publish ${renderPublication(port)}: ${explain(cause)}`, {
      kind: 'conflict',
      code: 'PUBLISH_FAILED',
      hint: 'See whether another program has taken the port: ss -ltnup.',
      cause,
    });
  }
}

/** One connection; what cannot be reached hangs up. */
async function pass(
  socket: Socket,
  target: readonly string[],
  paths: InstancePaths,
  signal: AbortSignal,
): Promise<void> {
  const drop = (): void => void socket.destroy();
  socket.on('error', drop);
  signal.addEventListener('abort', drop);
  socket.once('close', () => signal.removeEventListener('abort', drop));
  try {
    const command = [CONNECTOR, '--connect', ...target];
    const request = { command, asRoot: false, environment: {} };
    const streams = { stdin: socket, stdout: socket, stderr: nowhere() };
    const status = await runSession(paths, request, streams);
    if (status === 0) socket.end();
    else drop();
  } catch {
    drop();
  }
}

/** In every image, beside the guest's process 1. */
const CONNECTOR = 'apppot-rsh';

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
