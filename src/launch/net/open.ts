import { existsSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, killGroup, startDaemon } from '../../host/processes.ts';
import { LaunchError, type StartPlan } from '../launch.ts';
import type { InstancePaths } from '../words.ts';
import { type Fault, readFault } from './fault.ts';
import { apiSocket, type Helper, helpers } from './helpers.ts';
import { segmentLinks } from './interfaces.ts';
import { publish } from './publish.ts';
import { checkNetworks } from './ready.ts';

/** The host's side of a guest's networks while the guest runs. */
export interface NetworkSide {
  /**
   * Opens the published ports, once the guest has come up.
   *
   * @throws {LaunchError} `PUBLISH_FAILED`
   */
  publish(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface NetworkOptions {
  /** Notes a process to be ended with the instance. */
  readonly record: (pid: number) => void;
  /** Variables for the programs that lead elsewhere, such as ssh. */
  readonly environment?: Readonly<Record<string, string>>;
}

const SOCKET_DEADLINE_MS = 20_000;
const POLL_MS = 2;

/**
 * Looks whether the networks can be had, starts what stands between them and the guest, and waits
 * until that listens.
 *
 * @throws {LaunchError} `NETWORK_FAILED`, `NETWORK_MISSING`, `PORT_TAKEN`
 */
export async function openNetworks(
  plan: StartPlan,
  paths: InstancePaths,
  options: NetworkOptions,
): Promise<NetworkSide> {
  await checkNetworks(plan);
  for (const [path, link] of segmentLinks(plan, paths)) symlinkSync(path, link);
  const running: Daemon[] = [];
  const close = (): void => running.forEach(end);
  try {
    for (const helper of helpers(plan, paths)) running.push(await startHelper(helper, options));
  } catch (error) {
    close();
    throw error;
  }
  const { network } = plan;
  const ports = network.kind === 'slirp4netns' ? (network.publish ?? []) : [];
  return { publish: (signal) => publish(ports, apiSocket(paths), signal), close };
}

async function startHelper(helper: Helper, options: NetworkOptions): Promise<Daemon> {
  const child = startDaemon(helper.argv, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: options.environment ?? {},
  });
  if (child.pid !== undefined) options.record(child.pid);
  const ready = new AbortController();
  try {
    await Promise.race([failed(child, helper), listening(helper, ready.signal)]);
    return child;
  } catch (error) {
    end(child);
    throw error;
  } finally {
    ready.abort();
  }
}

/** Rejects when the program ends, with what it said; afterwards nobody listens. */
function failed(child: Daemon, { target }: Helper): Promise<never> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT);
  });
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(unreachable(target, cause.message)));
    child.once('close', (code) => {
      const fault = readFault(said, target);
      reject(fault === undefined ? unreachable(target, `status ${code}`) : toError(fault));
    });
  });
  failure.catch(() => undefined);
  return failure;
}

const KEPT = 4_096;

function end({ pid }: Daemon): void {
  if (pid !== undefined) killGroup(pid);
}

async function listening({ socket, target }: Helper, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + SOCKET_DEADLINE_MS;
  while (!existsSync(socket) && !signal.aborted) {
    if (Date.now() > deadline) throw unreachable(target, 'it does not listen');
    await sleep(POLL_MS);
  }
}

function unreachable(target: string, reason: string): LaunchError {
  return toError({ message: `Cannot reach ${target}: ${reason}` });
}

function toError({ message, hint }: Fault): LaunchError {
  return new LaunchError(message, {
    kind: 'remote',
    code: 'NETWORK_FAILED',
    hint: hint ?? 'Start with another network, such as --net slirp, or without one: --net none.',
  });
}
