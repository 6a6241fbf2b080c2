import type { NodeId } from '../../model/node.ts';
import { isOver } from '../../model/node.ts';
import {
  type Entry,
  FIRST_PULSE,
  type Health,
  type NodeRow,
  newHealth,
  type Pulse,
  type Request,
  type Stray,
} from '../rows.ts';
import { epochLost, nameTaken } from './refuse.ts';
import type { Epoch, JournalQuery, Recorded, Step, Store, StoredEntry } from './store.ts';

interface Tables {
  readonly nodes: Map<NodeId, NodeRow>;
  readonly names: Map<string, NodeId>;
  readonly live: Map<NodeId, NodeRow>;
  readonly health: Map<string, Health>;
  readonly strays: Map<string, Stray>;
  readonly requests: Map<number, Request>;
  readonly answers: Map<number, string>;
  readonly journal: StoredEntry[];
  recorded: Recorded[];
  pulse: Pulse;
  epoch: Epoch;
}

/** A store without a file, for simulated worlds: as SQLite's, but that it ends with the process. */
export function memoryStore(controller: string): Store {
  const tables: Tables = {
    ...{ nodes: new Map(), names: new Map(), live: new Map(), health: new Map() },
    ...{ strays: new Map(), requests: new Map(), answers: new Map(), journal: [], recorded: [] },
    ...{ pulse: FIRST_PULSE, epoch: 0 },
  };
  const demand = (epoch: Epoch) => {
    if (epoch !== tables.epoch) throw epochLost(epoch, tables.epoch);
  };
  return {
    controller,
    claim: () => {
      tables.epoch += 1;
      return tables.epoch;
    },
    isCurrent: (epoch) => epoch === tables.epoch,
    read: () => ({
      nodes: [...tables.live.values()],
      health: [...tables.health.values()],
      strays: [...tables.strays.values()],
      pulse: tables.pulse,
      requests: [...tables.requests.values()],
    }),
    step: (epoch, work) => {
      demand(epoch);
      const later: (() => void)[] = [];
      const result = work(stepOn(tables, later));
      for (const write of later) write();
      return result;
    },
    record: (epoch, recorded, keep) => {
      demand(epoch);
      const others = tables.recorded.filter(({ digest }) => digest !== recorded.digest);
      tables.recorded = [recorded, ...others].slice(0, keep);
    },
    prune: (epoch, before) => {
      demand(epoch);
      for (const [id, { overAt }] of tables.nodes) {
        // The name stays taken.
        if (overAt !== undefined && overAt < before) tables.nodes.delete(id);
      }
      const kept = tables.journal.filter(({ at }) => at >= before);
      tables.journal.splice(0, tables.journal.length, ...kept);
    },
    ...queries(tables),
    close: () => undefined,
  };
}

/** Reads see what the step itself has written; the tables get it when the step is done. */
function stepOn(tables: Tables, later: (() => void)[]): Step {
  const nodes = new Map<NodeId, NodeRow>();
  const health = new Map<string, Health>();
  let pulse = tables.pulse;
  return {
    node: (id) => nodes.get(id) ?? tables.nodes.get(id),
    putNode: (row) => {
      const holder = tables.names.get(row.name);
      if (holder !== undefined && holder !== row.id) throw nameTaken(row.name);
      nodes.set(row.id, row);
      later.push(() => keepNode(tables, row));
    },
    health: (pool) => health.get(pool) ?? tables.health.get(pool) ?? newHealth(pool),
    putHealth: (one) => {
      health.set(one.pool, one);
      later.push(() => void tables.health.set(one.pool, one));
    },
    putStray: (stray) => later.push(() => void tables.strays.set(stray.key, stray)),
    dropStray: (key) => later.push(() => void tables.strays.delete(key)),
    pulse: () => pulse,
    putPulse: (next) => {
      pulse = next;
      later.push(() => {
        tables.pulse = next;
      });
    },
    finishRequest: (id, answer) =>
      later.push(() => {
        tables.requests.delete(id);
        tables.answers.set(id, answer);
      }),
    tell: (entry: Entry) =>
      later.push(() => void tables.journal.push({ ...entry, seq: tables.journal.length + 1 })),
  };
}

function keepNode(tables: Tables, row: NodeRow): void {
  tables.nodes.set(row.id, row);
  tables.names.set(row.name, row.id);
  if (isOver(row.phase)) tables.live.delete(row.id);
  else tables.live.set(row.id, row);
}

function queries(
  tables: Tables,
): Pick<
  Store,
  'past' | 'vacated' | 'bills' | 'find' | 'all' | 'request' | 'answer' | 'journal' | 'recorded'
> {
  const over = (since: number) =>
    [...tables.nodes.values()].filter(({ overAt = Number.NEGATIVE_INFINITY }) => overAt > since);
  return {
    past: (ids) => new Set(ids.filter((id) => tables.nodes.get(id)?.overAt !== undefined)),
    vacated: (since) => over(since).map(({ seat, overAt = 0 }) => ({ seat, overAt })),
    bills: over,
    find: (nameOrId) => tables.nodes.get(tables.names.get(nameOrId) ?? nameOrId),
    all: () => [...tables.nodes.values()].toSorted((a, b) => b.created - a.created),
    request: (request) => {
      const id = tables.requests.size + tables.answers.size + 1;
      tables.requests.set(id, { ...request, id });
      return id;
    },
    answer: (id) => tables.answers.get(id),
    journal: (query) => tables.journal.filter(toFilter(query)).slice(-(query.limit ?? 1_000)),
    recorded: (digest) =>
      tables.recorded.filter((one) => digest === undefined || one.digest === digest),
  };
}

function toFilter({ node, job, since }: JournalQuery): (entry: StoredEntry) => boolean {
  return (entry) =>
    (node === undefined || entry.node === node) &&
    (job === undefined || entry.jobs?.includes(job) === true) &&
    (since === undefined || entry.at >= since);
}
