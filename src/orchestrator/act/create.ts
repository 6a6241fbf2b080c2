import type { InstanceId, NodeFile, NodeId } from '../../model/node.ts';
import { type Order, ProviderError, type Tags } from '../../provider/provider.ts';
import { reasonOf } from '../errors.ts';
import { afterFailure, afterNoCapacity } from '../plan/failure.ts';
import type { NodeRow } from '../rows.ts';
import type { PoolSetup } from '../setup.ts';
import type { Step } from '../store/store.ts';
import { hashOf, newToken } from '../token.ts';
import { mutate, revise, type Tools, tellFailure } from './tools.ts';

/**
 * Asks for a node's instance. The intent is on disk before anything is asked for; the same name and tags every time
 * give the same instance.
 */
export async function createInstance(id: NodeId, tools: Tools): Promise<void> {
  const secrets = { token: newToken(tools.random), lease: newToken(tools.random) };
  const row = revise(tools, id, (now) => asking(now, secrets, tools.clock.now()));
  const setup = row && tools.pools.get(row.pool);
  if (row?.phase !== 'requesting' || setup === undefined) return;
  const order = await prepare(row, secrets, setup, tools);
  if (order === undefined) return;
  try {
    const instance = await mutate(tools, (signal) => setup.provider.create(order, signal));
    revise(tools, id, (now, step) => made(now, instance, step, tools));
  } catch (error) {
    if (isLost(error)) throw error;
    revise(tools, id, (now, step) => notMade(now, error, step, tools));
  }
}

interface Secrets {
  readonly token: string;
  readonly lease: string;
}

/** An answer to an earlier request may have got lost: its secrets stay good. */
function asking(row: NodeRow, { token, lease }: Secrets, now: number): NodeRow {
  if (row.phase !== 'planned' && row.phase !== 'requesting') return row;
  return {
    ...row,
    ...{ asked: row.asked + 1, firstAsked: row.firstAsked ?? now, lastAsked: now, missing: 0 },
    ...{ tokens: [...row.tokens, hashOf(token)], leases: [...row.leases, hashOf(lease)] },
    ...(row.phase === 'planned' && { phase: 'requesting', since: now }),
  };
}

/** Makes it known where it will join. Nothing is charged for yet: a failure is tried again. */
async function prepare(
  row: NodeRow,
  secrets: Secrets,
  setup: PoolSetup,
  tools: Tools,
): Promise<Order | undefined> {
  const { batch, vpn, limits } = tools;
  const { id: node, name, seat } = row;
  const { slots, memory, features } = setup.pool;
  try {
    const keys: ReadonlyMap<string, NodeFile> =
      vpn === undefined ? new Map() : await mutate(tools, () => vpn.admit({ node, seat }));
    const host = { name: seat.host, address: seat.address, slots, memory, features };
    await mutate(tools, (signal) => batch.add(host, signal));
    const files = setup.files({ node: row, ...secrets, leaseTime: limits.lease });
    const tags = tagsOf(row, tools);
    return { name, tags, files: new Map([...keys, ...files]) };
  } catch (error) {
    if (isLost(error)) throw error;
    const text = `it could not be prepared: ${reasonOf(error)}`;
    revise(tools, node, (now, step) => {
      tellFailure(tools, step, now, text);
      return { ...now, note: text };
    });
    return undefined;
  }
}

/** Of a row they are the same whenever they are asked for. */
function tagsOf({ id, created, maxLifetime, ...row }: NodeRow, { store, owner }: Tools): Tags {
  const { pool, specHash, seat } = row;
  return {
    ...{ controller: store.controller, pool, node: id, specHash, created, seat },
    ...(owner !== undefined && { owner }),
    ...(Number.isFinite(maxLifetime) && { expires: created + maxLifetime }),
  };
}

function made(row: NodeRow, instance: InstanceId, step: Step, { clock }: Tools): NodeRow {
  const { backOffUntil: _, ...health } = step.health(row.pool);
  step.putHealth({ ...health, backOffWait: 0 });
  const { note: __, ...rest } = row;
  if (row.phase === 'requesting') {
    step.tell(phase(row, 'booting', `accepted as ${instance}`, clock.now()));
    return { ...rest, phase: 'booting', since: clock.now(), instance, missing: 0 };
  }
  // It was given up meanwhile: now it is known what to end.
  return row.instance === undefined ? { ...row, instance, missing: 0 } : row;
}

/** Only a clear no is a failure. Without an answer the listings decide. */
function notMade(row: NodeRow, error: unknown, step: Step, tools: Tools): NodeRow {
  const code = error instanceof ProviderError ? error.code : 'UNCERTAIN';
  const reason = reasonOf(error);
  tellFailure(tools, step, row, `create: ${code.toLowerCase()}: ${reason}`);
  const now = tools.clock.now();
  const health = step.health(row.pool);
  if (code === 'NO_CAPACITY') step.putHealth(afterNoCapacity(health, now, tools.limits));
  const isClear = (code === 'NO_CAPACITY' || code === 'REFUSED') && row.asked === 1;
  if (row.phase !== 'requesting' || !isClear) return { ...row, note: reason };
  if (code === 'REFUSED') {
    const after = afterFailure(health, row.probe, now, tools.limits);
    step.putHealth(after.health);
    if (after.text !== undefined) {
      step.tell({ at: now, kind: 'breaker', pool: row.pool, text: after.text });
    }
  }
  step.tell(phase(row, 'failed', reason, now));
  return { ...row, phase: 'failed', since: now, endReason: 'failed', note: reason };
}

function phase(row: NodeRow, to: string, text: string, at: number) {
  const data = { from: row.phase, to };
  return { at, kind: 'phase', node: row.id, pool: row.pool, text: `${to}: ${text}`, data };
}

function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPOCH_LOST';
}
