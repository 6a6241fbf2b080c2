/**
 * An OpenVPN server that we started: it outlives us, so that nodes stay connected, and is found again.
 *
 * @module
 */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../base/errors.ts';
import type { Host } from '../host/host.ts';
import { identify, isAlive, type ProcessId } from '../host/processes.ts';
import { VpnError } from './vpn.ts';

export interface VpnServer {
  /** Starts it unless it runs. */
  ensure(): Promise<void>;
  /** Ends it. Again does no harm. */
  stop(): Promise<void>;
}

const START_MS = 30_000;
const STOP_MS = 15_000;
const POLL_MS = 50;

/** @param directory Holds `server.conf`, and gets `server.process` and `server.log`. */
export function vpnServer(host: Host, directory: string): VpnServer {
  const path = (name: string): string => join(directory, name);
  const running = async (): Promise<ProcessId | undefined> => {
    const found = await readProcess(path('server.process'));
    return found !== undefined && isAlive(found) ? found : undefined;
  };
  return {
    ensure: async () => {
      if ((await running()) !== undefined) return;
      await start(host, path);
    },
    stop: async () => {
      const found = await running();
      if (found !== undefined) await end(found);
      await rm(path('server.process'), { force: true });
    },
  };
}

async function start(host: Host, path: (name: string) => string): Promise<void> {
  for (const name of ['server.pid', 'server.log', 'management'])
    await rm(path(name), { force: true });
  const words = ['openvpn', '--config', path('server.conf'), '--daemon', 'apppot-vpn'];
  const files = ['--log', path('server.log'), '--writepid', path('server.pid')];
  await host
    .run([...words, ...files], { timeout: START_MS / 1_000 })
    .catch(async (cause) => Promise.reject(await failed(path, cause)));
  const pid = await until(() => pidOf(path('server.pid')), START_MS);
  const process = pid === undefined ? undefined : identify(pid);
  if (process === undefined) throw await failed(path);
  await writeFile(path('server.process'), `${process.pid} ${process.started}\n`, { mode: 0o600 });
  const isUp = await until(async () => {
    const log = await textOf(path('server.log'));
    return log.includes('Initialization Sequence Completed') || !isAlive(process) || undefined;
  }, START_MS);
  if (isUp === undefined || !isAlive(process)) {
    await end(process);
    throw await failed(path);
  }
}

async function end(found: ProcessId): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(found)) return;
    process.kill(found.pid, signal);
    await until(async () => !isAlive(found) || undefined, STOP_MS);
  }
}

async function until<T>(look: () => Promise<T | undefined>, limit: number): Promise<T | undefined> {
  for (let waited = 0; waited < limit; waited += POLL_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  return undefined;
}

async function readProcess(path: string): Promise<ProcessId | undefined> {
  const [pid, started] = (await textOf(path)).trim().split(' ');
  return started === undefined ? undefined : { pid: Number(pid), started };
}

async function pidOf(path: string): Promise<number | undefined> {
  const text = await textOf(path);
  return text.endsWith('\n') ? Number(text) : undefined;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) =>
    errnoOf(error) === 'ENOENT' ? '' : Promise.reject(error),
  );
}

async function failed(path: (name: string) => string, cause?: unknown): Promise<VpnError> {
  const lines = (await textOf(path('server.log'))).trimEnd().split('\n');
  const said =
    lines.filter((line) => /error|cannot|failed|exiting/i.test(line)).at(-1) ?? lines.at(-1);
  const reason = said || (cause instanceof Error ? cause.message : 'it says nothing');
  return new VpnError(`Cannot start the VPN server: ${reason}`, {
    kind: 'conflict',
    code: 'VPN_UNUSABLE',
    hint: `See ${path('server.log')}; OpenVPN needs root and /dev/net/tun.`,
    cause,
  });
}
