import { within } from '../deadline.ts';
import { reasonOf } from '../errors.ts';
import { afterFailure } from '../plan/failure.ts';
import type { Request } from '../rows.ts';
import { type Power, powerRequests, rowOf } from './requests.ts';
import { resume } from './resume.ts';

/** Of each host what was asked for last counts. What cannot be done yet waits. */
export async function obeySlurm(tools: Power, signal?: AbortSignal): Promise<void> {
  const asked = powerRequests(tools.store);
  const last = new Map(asked.map((request) => [request.node, request]));
  for (const request of asked) {
    const isLast = last.get(request.node) === request;
    const answer = isLast
      ? await obey(request, tools, signal)
      : 'something else was asked for after it';
    if (answer !== undefined) finish(request, answer, tools);
  }
}

function finish({ id, by, kind, node: host }: Request, answer: string, tools: Power): void {
  const { store, clock } = tools;
  const row = rowOf(host, store);
  const text = `${by}: ${kind} ${host}: ${answer}`;
  store.step(store.claim(), (step) => {
    step.finishRequest(id, answer);
    step.tell({ at: clock.now(), kind: 'request', text, ...(row && { node: row.id }) });
  });
}

/** @returns undefined when it cannot be done yet. */
async function obey(
  request: Request,
  tools: Power,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (request.kind === 'resume') return resume(request, tools);
  if (request.kind === 'fail') countFailure(tools);
  const row = rowOf(request.node, tools.store);
  if (row === undefined) return giveBack(request, tools, signal);
  const { at, kind, by } = request;
  // By force what has not come: Slurm has given it up.
  tools.store.request({ at, kind: kind === 'fail' ? 'kill' : 'stop', node: row.name, by });
  return `the end of ${row.name} is asked for`;
}

/** Slurm itself would not resume a host again that did not come. */
async function giveBack(
  { kind, node: host }: Request,
  { batch, clock, limits }: Power,
  signal?: AbortSignal,
): Promise<string> {
  const none = 'no node is there';
  if (kind !== 'fail') return none;
  const call = (stop: AbortSignal) => batch.forceRemove(host, stop);
  return within(clock, limits.callDeadline, call, signal).then(
    () => none,
    (error: unknown) => `${none}; Slurm keeps it down: ${reasonOf(error)}`,
  );
}

/** So many in a row close the pool, but for a probe now and then. */
function countFailure({ store, clock, limits, pools: [first] }: Power): void {
  if (first === undefined) return;
  const pool = first.pool.name;
  const at = clock.now();
  store.step(store.claim(), (step) => {
    const before = step.health(pool);
    const { health, text } = afterFailure(before, before.closedAt !== undefined, at, limits);
    step.putHealth(health);
    if (text !== undefined) step.tell({ at, kind: 'breaker', pool, text });
  });
}
