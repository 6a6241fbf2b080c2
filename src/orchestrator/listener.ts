/**
 * Where nodes report: a small HTTP server for the loopback or VPN side. `docs/formats/node-reports.md`.
 *
 * @module
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Seconds } from '../base/clock.ts';
import { OrchestratorError, reasonOf } from './errors.ts';
import type { Orchestrator } from './orchestrator.ts';
import { rateLimit } from './rate-limit.ts';

export interface ListenerOptions {
  /** Address of the loopback or VPN side. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any that is free. */
  readonly port?: number;
  readonly clock: Clock;
  /** Reports that one address may make in a minute. Default 120. */
  readonly perMinute?: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

type Reports = Pick<Orchestrator, 'ready' | 'lease'>;

const MOST_BYTES = 1_024;
const REQUEST_TIMEOUT: Seconds = 10;
const CONNECTIONS = 256;

/** @throws {OrchestratorError} `LISTENER_UNUSABLE` */
export async function listen(reports: Reports, options: ListenerOptions): Promise<Listener> {
  const { host = '127.0.0.1', port = 0, clock, perMinute = 120 } = options;
  const isAllowed = rateLimit(clock, perMinute);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT * 1_000 }, (request, response) => {
    const from = request.socket.remoteAddress ?? '';
    const answered = isAllowed(from) ? answer(request, from, reports) : Promise.resolve(TOO_MANY);
    answered
      .catch(() => UNAVAILABLE)
      .then((status) => response.writeHead(status, HEADERS).end(TEXTS.get(status)))
      .catch(() => response.destroy());
  });
  server.maxConnections = CONNECTIONS;
  await open(server, host, port);
  const address = server.address() as AddressInfo;
  return { host, port: address.port, close: () => close(server) };
}

const HEADERS = { connection: 'close', 'content-type': 'text/plain' };
const ACCEPTED = 204;
const REPEATED = 409;
const REFUSED = 403;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** One text for each status: it tells nothing else. */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [REPEATED, 'taken before\n'],
  [REFUSED, 'refused\n'],
  [TOO_MANY, 'later\n'],
  [UNAVAILABLE, 'later\n'],
]);

async function answer(request: IncomingMessage, from: string, reports: Reports): Promise<number> {
  const words = request.method === 'POST' ? parse(await bodyOf(request)) : undefined;
  if (words === undefined) return REFUSED;
  const { node, token, lease } = words;
  if (request.url === '/lease') return reports.lease({ node, lease }) ? ACCEPTED : REFUSED;
  if (request.url !== '/ready') return REFUSED;
  const verdict = reports.ready({ node, token, from: from.replace('::ffff:', '') });
  if (verdict === 'repeated') return REPEATED;
  return verdict === 'taken' ? ACCEPTED : REFUSED;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BYTES) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

interface Words {
  readonly node: string;
  readonly token: string;
  readonly lease: string;
}

function parse(body: string): Words | undefined {
  try {
    const { node, token, lease } = JSON.parse(body) as Record<string, unknown>;
    if (typeof node !== 'string' || !/^[a-z0-9]{1,63}$/.test(node)) return undefined;
    return { node, token: secretOf(token), lease: secretOf(lease) };
  } catch {
    return undefined;
  }
}

function secretOf(value: unknown): string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : '';
}

async function open(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new OrchestratorError(
      `Cannot listen for nodes on ${host}, port ${port}: ${reasonOf(cause)}`,
      {
        kind: 'conflict',
        code: 'LISTENER_UNUSABLE',
        hint: 'Name an address of this machine and a free port',
        cause,
      },
    );
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}
