import type { Instant } from '../../base/clock.ts';
import { mayBecome, type NodeId, type Phase } from '../../model/node.ts';
import type { PoolName } from '../../model/pool.ts';
import { type Entry, type Health, type NodeRow, newHealth, type Stray } from '../rows.ts';
import type { Action, Plan, PlanInput, Start } from './plan.ts';
import type { Sight } from './sight.ts';

/** A plan that is being made. */
export class Draft {
  private readonly before: ReadonlyMap<NodeId, NodeRow>;
  private readonly changed = new Map<NodeId, NodeRow>();
  private readonly healthBefore: ReadonlyMap<PoolName, Health>;
  private readonly healthChanged = new Map<PoolName, Health>();
  private readonly actions: Action[] = [];
  private readonly entries: Entry[] = [];
  private readonly answers: { id: number; answer: string }[] = [];
  private readonly starts: Start[] = [];
  private readonly strays: Stray[] = [];
  private readonly dropped: string[] = [];
  private readonly adopted: NodeRow[] = [];
  private readonly spared = new Map<PoolName, number>();
  private readonly said: Record<string, string>;
  private readonly input: PlanInput;
  private readonly sight: Sight;
  readonly now: Instant;
  foreign = 0;

  constructor(input: PlanInput, sight: Sight) {
    this.input = input;
    this.sight = sight;
    this.now = sight.now;
    this.before = new Map(input.rows.nodes.map((row) => [row.id, row]));
    this.healthBefore = new Map(input.rows.health.map((health) => [health.pool, health]));
    this.said = { ...sight.pulse.said };
  }

  /** Live rows as they will be. */
  nodes(): readonly NodeRow[] {
    return [...this.before.values()].map((row) => this.changed.get(row.id) ?? row);
  }

  node(id: NodeId): NodeRow | undefined {
    return this.changed.get(id) ?? this.before.get(id);
  }

  put(row: NodeRow): NodeRow {
    this.changed.set(row.id, row);
    return row;
  }

  /** Lets a node's life go on. */
  become(row: NodeRow, phase: Phase, text: string, patch: Partial<NodeRow> = {}): NodeRow {
    if (!mayBecome(row.phase, phase)) throw new Error(`${row.phase} cannot become ${phase}`);
    const isOver = phase === 'gone' || phase === 'cancelled';
    const next = { ...row, ...patch, phase, since: this.now, ...(isOver && { overAt: this.now }) };
    const { id, pool } = row;
    const data = {
      from: row.phase,
      to: phase,
      ...(patch.evidence && { evidence: patch.evidence }),
    };
    this.tell({ kind: 'phase', text: `${phase}: ${text}`, node: id, pool, data });
    return this.put(next);
  }

  act(action: Action): void {
    this.actions.push(action);
  }

  health(pool: PoolName): Health {
    return this.healthChanged.get(pool) ?? this.healthBefore.get(pool) ?? newHealth(pool);
  }

  putHealth(health: Health): void {
    this.healthChanged.set(health.pool, health);
  }

  start(start: Start): void {
    this.starts.push(start);
  }

  startsIn(pool: PoolName): number {
    return this.starts.filter((start) => start.pool === pool).length;
  }

  startCount(): number {
    return this.starts.length;
  }

  keepStray(stray: Stray): void {
    this.strays.push(stray);
  }

  dropStray(key: string): void {
    this.dropped.push(key);
  }

  adopt(row: NodeRow): void {
    this.adopted.push(row);
  }

  /** A node that was to end is given work again: one less is to be started. */
  takenBack(pool: PoolName): void {
    this.spared.set(pool, (this.spared.get(pool) ?? 0) + 1);
  }

  /** So many of the nodes wanted are there already. */
  useTakenBack(pool: PoolName, most: number): number {
    const used = Math.min(most, this.spared.get(pool) ?? 0);
    this.spared.set(pool, (this.spared.get(pool) ?? 0) - used);
    return used;
  }

  answer(id: number, answer: string): void {
    this.answers.push({ id, answer });
  }

  tell(entry: Omit<Entry, 'at'>): void {
    this.entries.push({ ...entry, at: this.now, policy: this.input.policy });
  }

  /** Tells it only when something else was last told about it. */
  tellOnce(subject: string, entry: Omit<Entry, 'at'>): void {
    if (this.said[subject] === entry.text) return;
    this.said[subject] = entry.text;
    this.tell(entry);
  }

  /** What was told about it holds no more. */
  hush(subject: string): void {
    delete this.said[subject];
  }

  plan(): Plan {
    const { sight, foreign, strays, dropped, adopted, starts, actions, entries, answers } = this;
    return {
      ...{ at: this.now, strays, dropped, adopted, starts, actions, entries, answers, foreign },
      policy: this.input.policy,
      rows: [...this.changed.values()].filter((row) => row !== this.before.get(row.id)),
      health: [...this.healthChanged.values()],
      pulse: { ...sight.pulse, said: this.said },
    };
  }
}
