import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, startDaemon } from '../host/processes.ts';
import { LaunchError, type Network } from './launch.ts';
import { FAST_MTU } from './words.ts';

/** The host's side of a guest's network while the guest runs. */
export interface NetworkSide {
  close(): void;
}

const SOCKET_DEADLINE_MS = 5_000;
const POLL_MS = 2;

/**
 * Starts what stands between the guest and the host's network, and waits until it listens.
 *
 * slirp needs nothing: the kernel starts it. slirp4netns ends when we close its exit descriptor,
 * which also happens when we die: slirp4netns(1), `--exit-fd`.
 *
 * @throws {LaunchError} `NETWORK_FAILED`
 */
export async function openNetwork(
  network: Network,
  socket: string,
  record: (pid: number) => void,
): Promise<NetworkSide> {
  if (network.kind !== 'slirp4netns') return { close: () => undefined };
  const child = startDaemon(networkWords(network, socket), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: {},
  });
  if (child.pid !== undefined) record(child.pid);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with status ${code}`)));
  });
  failed.catch(() => undefined);
  const close = (): void => void (child.pid === undefined || killGroup(child.pid));
  try {
    await Promise.race([failed, listening(socket)]);
  } catch (cause) {
    close();
    throw new LaunchError(`Cannot start "${network.program}": ${(cause as Error).message}`, {
      kind: 'remote',
      code: 'NETWORK_FAILED',
      hint: 'Start with the slower network, --net slirp, or without one, --net none.',
      cause,
    });
  }
  return { close };
}

/** The program to run beside the guest; none where the kernel itself starts it, or nothing is wanted. */
export function networkWords(network: Network, socket: string): readonly string[] {
  if (network.kind !== 'slirp4netns') return [];
  return [
    ...[network.program, '--target-type=bess', `--mtu=${FAST_MTU}`],
    ...['--disable-host-loopback', '--exit-fd=3', socket],
  ];
}

async function listening(socket: string): Promise<void> {
  const deadline = Date.now() + SOCKET_DEADLINE_MS;
  while (!existsSync(socket)) {
    if (Date.now() > deadline) throw new Error('it does not listen');
    await sleep(POLL_MS);
  }
}
