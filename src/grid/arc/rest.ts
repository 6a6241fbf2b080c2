/**
 * The calls of A-REX's REST interface 1.0 that we need, with its answers as data.
 *
 * @module
 */

import type { Readable } from 'node:stream';
import { GridError } from '../errors.ts';
import type { SiteLoad } from '../target.ts';
import type { Answer, Connection } from './connection.ts';
import { type ArcObject, objectOf, objectsOf, parseAnswer, textOf, textsOf } from './json.ts';
import { loadOf } from './load.ts';
import { ALL_STATES } from './states.ts';

export interface ArcRest {
  /** @param text xRSL or ADL; told apart by its first letter. */
  create(text: string): Promise<string>;
  /** How busy its queues are. */
  load(): Promise<SiteLoad>;
  /** Live states of all our jobs. */
  states(): Promise<ReadonlyMap<string, string>>;
  ids(): Promise<readonly string[]>;
  /** What the information system has on each job: may lag a minute behind. */
  info(ids: readonly string[]): Promise<ReadonlyMap<string, JobInfo>>;
  kill(id: string): Promise<void>;
  clean(id: string): Promise<void>;
  /** A file of what the service knows about a job; undefined when there is none. */
  diagnose(id: string, file: string): Promise<string | undefined>;
  /** @returns undefined when there is no such directory. */
  list(id: string, directory: string): Promise<Listing | undefined>;
  /** @returns whether there is such a file. */
  download(id: string, name: string, take: (body: Readable) => Promise<void>): Promise<boolean>;
  upload(id: string, name: string, file: string): Promise<void>;
  close(): void;
}

export interface Listing {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

export interface JobInfo {
  readonly isKnown: boolean;
  /** `ComputingActivity` of GLUE 2. */
  readonly activity: ArcObject;
}

export function arcRest(connection: Connection, service: string): ArcRest {
  const checked = async (answer: Promise<Answer>, verb: string): Promise<ArcObject> => {
    const { status, body } = await answer;
    if (status >= 400) throw refusal(service, verb, status, body);
    const parsed = parseAnswer(body);
    if (parsed === undefined) throw malformed(service, body);
    return parsed;
  };
  const act = async (action: string, ids: readonly string[]): Promise<readonly ArcObject[]> => {
    if (ids.length === 0) return [];
    const text = JSON.stringify({ job: ids.map((id) => ({ id })) });
    const body = { type: 'application/json', text };
    return objectsOf(
      await checked(connection.call('POST', `/jobs?action=${action}`, body), action),
      'job',
    );
  };
  const actOnOne = async (action: string, id: string): Promise<void> => {
    const [job = {}] = await act(action, [id]);
    const code = Number(textOf(job, 'status-code'));
    if (code === 404) throw missing(service, id);
    if (!(code >= 200 && code < 300)) throw refusal(service, action, code, textOf(job, 'reason'));
  };
  return {
    create: async (text) => {
      const body = { type: text.startsWith('<') ? 'application/xml' : 'application/rsl', text };
      const answer = await checked(connection.call('POST', '/jobs?action=new', body), 'submit to');
      const job = objectOf(answer, 'job');
      const code = Number(textOf(job, 'status-code'));
      const id = textOf(job, 'id');
      if (code >= 200 && code < 300 && id !== '') return id;
      if (code >= 400) throw jobRefused(service, textOf(job, 'reason'));
      throw malformed(service, JSON.stringify(answer));
    },
    load: async () => loadOf(await checked(connection.call('GET', '/info'), 'ask')),
    states: async () => {
      const path = `/jobs?state=${ALL_STATES.join(',')}`;
      const answer = await checked(connection.call('GET', path), 'ask');
      return new Map(
        objectsOf(answer, 'job').map((job) => [textOf(job, 'id'), textOf(job, 'state')]),
      );
    },
    ids: async () => {
      const answer = await checked(connection.call('GET', '/jobs'), 'ask');
      return objectsOf(answer, 'job').map((job) => textOf(job, 'id'));
    },
    info: async (ids) =>
      new Map(
        (await act('info', ids)).map((job) => [
          textOf(job, 'id'),
          {
            isKnown: textOf(job, 'status-code') !== '404',
            activity: objectOf(objectOf(job, 'info_document'), 'ComputingActivity'),
          },
        ]),
      ),
    kill: (id) => actOnOne('kill', id),
    clean: (id) => actOnOne('clean', id),
    diagnose: async (id, file) => {
      const { status, body } = await connection.call('GET', `/jobs/${id}/diagnose/${file}`);
      if (status === 404) return undefined;
      if (status >= 400) throw refusal(service, 'ask', status, body);
      return body;
    },
    list: async (id, directory) => {
      const answer = await connection.call('GET', `${sessionPath(id, directory)}/`);
      if (answer.status === 404) return undefined;
      const listing = await checked(Promise.resolve(answer), 'ask');
      return { directories: textsOf(listing, 'dir'), files: textsOf(listing, 'file') };
    },
    download: async (id, name, take) => {
      const { status, body } = await connection.download(sessionPath(id, name), take);
      if (status === 404) return false;
      if (status >= 400) throw refusal(service, 'fetch from', status, body);
      return true;
    },
    upload: async (id, name, file) => {
      const { status, body } = await connection.upload(sessionPath(id, name), file);
      if (status === 404) throw missing(service, id);
      if (status >= 400) throw refusal(service, 'upload to', status, body);
    },
    close: () => connection.close(),
  };
}

function sessionPath(id: string, name: string): string {
  const parts = name.split('/').filter(Boolean).map(encodeURIComponent);
  return ['/jobs', id, 'session', ...parts].join('/').replace(/^\//, '/');
}

function refusal(service: string, verb: string, status: number, body: string): GridError {
  const said = reasonOf(body);
  if (status === 401 || status === 403) {
    return new GridError(`Cannot ${verb} "${service}": we may not (${status}${said})`, {
      kind: 'conflict',
      code: 'TARGET_FORBIDDEN',
      hint: 'Ask its administrator to admit the name in your certificate or token.',
    });
  }
  return new GridError(`Cannot ${verb} "${service}": it answered ${status}${said}`, {
    kind: 'remote',
    code: 'TARGET_MALFORMED',
    hint: 'Check its address, which ends in /arex as a rule.',
  });
}

/** The first words of an answer that may be text, HTML or nothing. */
function reasonOf(body: string): string {
  const words = body
    .replaceAll(/<style.*?<\/style>|<[^>]*>/gs, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return words === '' ? '' : `, ${words.slice(0, 200)}`;
}

function jobRefused(service: string, reason: string): GridError {
  return new GridError(
    `Cannot submit to "${service}": it refuses the job: ${reason.replaceAll(/\s+/g, ' ').trim()}`,
    {
      kind: 'conflict',
      code: 'JOB_REFUSED',
      hint: 'Change the job, or choose another service. See what is sent with --dry-run.',
    },
  );
}

function missing(service: string, id: string): GridError {
  return new GridError(`Cannot find the job "${id}": "${service}" does not have it`, {
    kind: 'missing',
    code: 'JOB_MISSING',
  });
}

function malformed(service: string, body: string): GridError {
  return new GridError(
    `Cannot read the answer of "${service}": no JSON of an A-REX (${JSON.stringify(body.slice(0, 80))})`,
    { kind: 'remote', code: 'TARGET_MALFORMED', hint: 'Check its address.' },
  );
}
