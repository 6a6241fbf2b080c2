import type { Node } from '../model/node.ts';
import type { Policy, PolicyContext, Verdict } from './policy.ts';
import { no, toVerdict } from './verdict.ts';
import type { Decision, Kept, Stop } from './view.ts';

/** Which of the ready nodes may be ended, in what order, and why the others stay. */
export function decideStops(
  policy: Policy,
  context: PolicyContext,
): Pick<Decision, 'stops' | 'kept'> {
  const stops: Stop[] = [];
  const kept: Kept[] = [];
  let here = context;
  for (const node of rankedReady(policy, context)) {
    const { how, verdict } = judge(policy, node, here);
    const { reason, notBefore } = verdict;
    if (verdict.ok) {
      stops.push({ node: node.id, how, reason });
      here = without(here, node);
    } else {
      kept.push({ node: node.id, reason, ...(notBefore !== undefined && { notBefore }) });
    }
  }
  return { stops, kept };
}

function rankedReady(policy: Policy, context: PolicyContext): readonly Node[] {
  const ready = context.nodes.filter(({ phase }) => phase === 'ready');
  return ready.toSorted((a, b) => policy.rankStop?.(a, b, context) ?? 0);
}

function judge(
  policy: Policy,
  node: Node,
  context: PolicyContext,
): { readonly how: Stop['how']; readonly verdict: Verdict } {
  const { heldUntil = 0 } = node;
  if (heldUntil > context.now) {
    return { how: 'stop', verdict: no('an operator holds it', heldUntil) };
  }
  const retire = ask(policy.canVmBeRetired?.(node, context), policy);
  if (retire?.ok === true) return { how: 'retire', verdict: retire };
  return { how: 'stop', verdict: judgeIdle(policy, node, context) };
}

function judgeIdle(policy: Policy, node: Node, context: PolicyContext): Verdict {
  if (node.idleSince === undefined) return no(`${node.used} of its slots are in use`);
  const keep = ask(policy.mustVmBeKept?.(node, context), policy);
  if (keep?.ok === true) return no(keep.reason, keep.notBefore);
  return ask(policy.canVmBeStopped?.(node, context), policy) ?? no('no policy ends nodes');
}

function ask(answer: boolean | Verdict | undefined, policy: Policy): Verdict | undefined {
  return answer === undefined ? undefined : toVerdict(answer, policy.name);
}

/** As it is once a node is gone: the next one may be needed for that. */
function without(context: PolicyContext, node: Node): PolicyContext {
  const pools = new Map(context.pools);
  const pool = pools.get(node.pool);
  if (pool === undefined) return context;
  pools.set(node.pool, { ...pool, live: pool.live - 1 });
  return Object.freeze({
    ...context,
    pools,
    nodes: context.nodes.filter(({ id }) => id !== node.id),
    freeSlots: Math.max(0, context.freeSlots - (pool.slots - node.used)),
  });
}
