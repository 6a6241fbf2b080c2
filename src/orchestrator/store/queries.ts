import type { NodeId } from '../../model/node.ts';
import type { Entry, Health, NodeRow, Request, Stray } from '../rows.ts';
import type { Statements } from './statements.ts';
import { parse, readPulse } from './step.ts';
import type { JournalQuery, Recorded, Rows, Store, StoredEntry } from './store.ts';

const JOURNAL_LIMIT = 1_000;

type Queries = Pick<
  Store,
  | 'read'
  | 'past'
  | 'vacated'
  | 'bills'
  | 'find'
  | 'all'
  | 'request'
  | 'answer'
  | 'journal'
  | 'recorded'
>;

export function queriesOn(sql: Statements, guarded: <T>(work: () => T) => T): Queries {
  const over = (since: number) => guarded(() => parseAll<NodeRow>(sql.over.all(since)));
  return {
    read: () => guarded(() => read(sql)),
    past: (ids) => guarded(() => new Set(ids.filter((id) => isPast(sql, id)))),
    vacated: (since) => over(since).map(({ seat, overAt = 0 }) => ({ seat, overAt })),
    bills: over,
    find: (nameOrId) => guarded(() => parse<NodeRow>(sql.find.get(nameOrId))),
    all: () => guarded(() => parseAll<NodeRow>(sql.all.all())),
    request: (request) =>
      guarded(() => Number(sql.request.run(request.at, JSON.stringify(request)).lastInsertRowid)),
    answer: (id) =>
      guarded(() => (sql.answer.get(id) as { answer: string | null } | undefined)?.answer) ??
      undefined,
    journal: (query) => guarded(() => journal(sql, query)),
    recorded: (digest) =>
      guarded(
        () =>
          (digest === undefined
            ? sql.recorded.all()
            : sql.recordedOne.all(digest)) as readonly Recorded[],
      ),
  };
}

function read(sql: Statements): Rows {
  const requests = sql.requests.all() as { id: number; doc: string }[];
  return {
    nodes: parseAll<NodeRow>(sql.live.all()),
    health: parseAll<Health>(sql.allHealth.all()),
    strays: parseAll<Stray>(sql.strays.all()),
    pulse: readPulse(sql),
    requests: requests.map(({ id, doc }) => ({ ...(JSON.parse(doc) as Request), id })),
  };
}

function isPast(sql: Statements, id: NodeId): boolean {
  return parse<NodeRow>(sql.node.get(id))?.overAt !== undefined;
}

function journal(
  sql: Statements,
  { node, job, since = 0, limit = JOURNAL_LIMIT }: JournalQuery,
): readonly StoredEntry[] {
  const rows = (
    job === undefined
      ? sql.journal.all(node ?? null, since, limit)
      : sql.journalOfJob.all(job, node ?? null, since, limit)
  ) as { seq: number; doc: string }[];
  return rows.reverse().map(({ seq, doc }) => ({ ...(JSON.parse(doc) as Entry), seq }));
}

function parseAll<T>(rows: readonly unknown[]): readonly T[] {
  return (rows as { doc: string }[]).map(({ doc }) => JSON.parse(doc) as T);
}
