import type { Instant } from '../../base/clock.ts';
import type { JobId } from '../../model/job.ts';
import type { NodeId, Seat } from '../../model/node.ts';
import type { PoolName } from '../../model/pool.ts';
import type { Entry, Health, NodeRow, Pulse, Request, Stray } from '../rows.ts';

/** Counts who has worked with a store. Only the last may go on. */
export type Epoch = number;

/** Everything that a cycle decides by. */
export interface Rows {
  /** Whose life is not over. */
  readonly nodes: readonly NodeRow[];
  readonly health: readonly Health[];
  readonly strays: readonly Stray[];
  readonly pulse: Pulse;
  /** Not yet obeyed, oldest first. */
  readonly requests: readonly Request[];
}

/** One transaction: all of it or nothing. */
export interface Step {
  node(id: NodeId): NodeRow | undefined;
  /** Writes a node; its name must not be another's, and never have been. */
  putNode(row: NodeRow): void;
  health(pool: PoolName): Health;
  putHealth(health: Health): void;
  putStray(stray: Stray): void;
  dropStray(key: string): void;
  pulse(): Pulse;
  putPulse(pulse: Pulse): void;
  finishRequest(id: number, answer: string): void;
  tell(entry: Entry): void;
}

export interface Vacated {
  readonly seat: Seat;
  readonly overAt: Instant;
}

/** What a node that is over has cost. */
export type Bill = Pick<NodeRow, 'price' | 'billingUnit' | 'created' | 'overAt'>;

export interface JournalQuery {
  readonly node?: NodeId;
  readonly job?: JobId;
  readonly since?: Instant;
  /** The newest so many. Default 1000. */
  readonly limit?: number;
}

export interface StoredEntry extends Entry {
  readonly seq: number;
}

/** What was seen and decided in one cycle, as text. */
export interface Recorded {
  readonly digest: string;
  readonly at: Instant;
  readonly policy: string;
  readonly text: string;
}

/**
 * Where rows are kept. All calls are synchronous; what {@link Store.step} has written is on disk when it returns.
 *
 * @throws {OrchestratorError} `STORE_UNUSABLE`
 */
export interface Store {
  /** UUID of the orchestrator, made with the store: every tag carries it. */
  readonly controller: string;
  /**
   * Takes over: whoever worked with it before cannot write any more.
   *
   * @throws {OrchestratorError} `STORE_HELD` while another process that lives has it.
   */
  claim(): Epoch;
  /** Whether nobody has taken over since. */
  isCurrent(epoch: Epoch): boolean;
  read(): Rows;
  /** @throws {OrchestratorError} `EPOCH_LOST`; nothing is written then. */
  step<T>(epoch: Epoch, work: (step: Step) => T): T;
  /** Of these nodes those that it remembers and whose life is over. */
  past(ids: readonly NodeId[]): ReadonlySet<NodeId>;
  /** Seats of nodes that were over after that. */
  vacated(since: Instant): readonly Vacated[];
  /** Nodes that were over after that. */
  bills(since: Instant): readonly Bill[];
  /** By name or id, over or not. */
  find(nameOrId: string): NodeRow | undefined;
  /** All it remembers, newest first. */
  all(): readonly NodeRow[];
  /** Needs no claim: it is how other processes ask for something. */
  request(request: Omit<Request, 'id'>): number;
  /** What became of it; undefined while it waits. */
  answer(request: number): string | undefined;
  /** Oldest first. */
  journal(query: JournalQuery): readonly StoredEntry[];
  /** Keeps the last so many. */
  record(epoch: Epoch, recorded: Recorded, keep: number): void;
  /** Newest first, of one digest when it is given. */
  recorded(digest?: string): readonly Recorded[];
  /** Forgets nodes that were over before, and the journal of that time. */
  prune(epoch: Epoch, before: Instant): void;
  close(): void;
}
