/**
 * HTTPS to an A-REX: one agent that keeps connections, a deadline for each call, and one place that
 * says in words what can go wrong with it.
 *
 * @module
 */

import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Seconds } from '../../base/clock.ts';
import type { DistantMachine } from '../../host/machine.ts';
import { GridError } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import { connectionFault } from './faults.ts';
import { agentBy } from './tunnel.ts';

export interface Connection {
  /** @returns status and whole body of an answer, also of one that says no. */
  call(method: string, path: string, body?: Body): Promise<Answer>;
  /** Hands over the answer's body as it comes; what is not status 200 or 206 is read whole. */
  download(path: string, take: (body: Readable) => Promise<void>): Promise<Answer>;
  upload(path: string, file: string): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Body {
  readonly type: string;
  readonly text: string;
}

interface Exchange {
  readonly options: RequestOptions;
  /** What may take as long as it likes while something moves. */
  readonly isTransfer: boolean;
  readonly send?: (to: NodeJS.WritableStream) => Promise<void>;
}

const CONNECTIONS = 8;

/**
 * @param deadline For a call; for a transfer the longest time in which nothing moves.
 * @param by A machine from which the connections start.
 */
export function connect(
  endpoint: URL,
  credentials: Credentials,
  deadline: Seconds,
  by: DistantMachine | undefined,
): Connection {
  const { cert, key, authorities, token } = credentials;
  const agent = agentBy(by, {
    keepAlive: true,
    maxSockets: CONNECTIONS,
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(authorities !== undefined && { ca: [...authorities] }),
  });
  const headers = {
    accept: 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const exchange = async (
    method: string,
    path: string,
    given: Omit<Exchange, 'options'> & { readonly headers?: Record<string, string | number> },
    take: (answer: IncomingMessage) => Promise<string>,
  ): Promise<Answer> => {
    const options = {
      ...{ agent, method, host: endpoint.hostname.replace(/^\[|\]$/g, '') },
      port: endpoint.port || 443,
      path: `${endpoint.pathname.replace(/\/$/, '')}/rest/1.0${path}`,
      headers: { ...headers, ...given.headers },
    };
    try {
      return await perform({ ...given, options }, deadline, take);
    } catch (error) {
      throw connectionFault(error, endpoint, credentials);
    }
  };
  return {
    call: (method, path, body) =>
      exchange(method, path, { isTransfer: false, ...(body && toSend(body)) }, (answer) =>
        text(answer),
      ),
    download: (path, take) =>
      exchange('GET', path, { isTransfer: true, headers: { accept: '*/*' } }, async (answer) => {
        if (answer.statusCode !== 200 && answer.statusCode !== 206) return text(answer);
        await take(answer);
        return '';
      }),
    // In chunks, what is cut off would pass for the whole.
    upload: (path, file) =>
      exchange(
        'PUT',
        path,
        {
          isTransfer: true,
          headers: {
            'content-type': 'application/octet-stream',
            'content-length': statSync(file).size,
          },
          send: (to) => pipeline(createReadStream(file), to),
        },
        (answer) => text(answer),
      ),
    close: () => agent.destroy(),
  };
}

/** A-REX takes no other spelling of the type of JSON, and no body in chunks. */
function toSend({ type, text: said }: Body) {
  return {
    headers: { 'content-type': type, 'content-length': Buffer.byteLength(said) },
    send: async (to: NodeJS.WritableStream) => void to.end(said),
  };
}

async function perform(
  { options, isTransfer, send }: Exchange,
  deadline: Seconds,
  take: (answer: IncomingMessage) => Promise<string>,
): Promise<Answer> {
  const late = new GridError(`no answer within ${deadline} s`, {
    kind: 'remote',
    code: 'TARGET_UNREACHABLE',
  });
  const sent = request(options);
  const stop = (): void => void sent.destroy(late);
  const timer = isTransfer ? undefined : setTimeout(stop, deadline * 1_000);
  if (isTransfer) sent.setTimeout(deadline * 1_000, stop);
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
    });
    answered.catch(() => undefined);
    if (send === undefined) sent.end();
    else await Promise.race([answered, send(sent)]);
    const answer = await answered;
    if (sent.writableFinished) await confirm(answer);
    return { status: answer.statusCode ?? 0, body: await take(answer) };
  } finally {
    clearTimeout(timer);
    sent.on('error', () => undefined);
  }
}

/**
 * A-REX sends head and body of an answer in two small pieces, and its kernel keeps the second back until ours
 * confirms the first, which ours puts off for 40 ms in the hope of something to send along. So something is sent:
 * an empty line before the next request, which servers ignore (RFC 9112, 2.2).
 */
async function confirm(answer: IncomingMessage): Promise<void> {
  const { socket, complete: isWhole, headers } = answer;
  if (isWhole || headers.connection?.toLowerCase() === 'close') return;
  // Waited for, because Node.js keeps no connection on which something is being sent when an answer ends.
  await new Promise<void>((resolve) => void socket.write('\r\n', () => resolve()));
}
