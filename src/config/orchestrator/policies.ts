import { z } from 'zod';
import { cron } from '../../policy/cron.ts';
import type { Policy } from '../../policy/policy.ts';
import type { BuiltIn } from '../../policy/spec.ts';
import { count, duration, expected, flag, list, section, share, text } from './values.ts';

const queued = {
  step: count(1).optional(),
  pools: list(text('the name of a pool'), 'names of pools').optional(),
};

const rule = section({
  when: text('times as cron has them, such as "* 8-17 * * 1-5"').refine(
    (value) => cron(value) !== undefined,
    { error: ({ input }) => expected('times as cron has them, such as "* 8-17 * * 1-5"', input) },
  ),
  min: count(0).optional(),
  max: count(0).optional(),
});

const timeZone = text('a time zone such as Europe/Zurich').refine(
  (value) => cron('* * * * *', value) !== undefined,
  { error: ({ input }) => expected('a time zone such as Europe/Zurich', input) },
);

const words = (what: string) => list(text(what), `${what}s`);

/** Options of each built-in policy, by its name. */
const builtIns = {
  'queue-length': section({ 'per-node': count(1).optional(), ...queued }).optional(),
  'queue-time': section({ 'longer-than': duration().optional(), ...queued }).optional(),
  'work-backlog': section({
    'drain-in': duration().optional(),
    assume: duration().optional(),
    ...queued,
  }).optional(),
  'bin-pack': section(queued).optional(),
  utilisation: section({ low: share().optional(), high: share().optional(), ...queued }).optional(),
  deadline: section({
    p90: duration().optional(),
    assume: duration().optional(),
    ...queued,
  }).optional(),
  'budget-pacer': section({ 'slow-at': share().optional(), ahead: share().optional() }).optional(),
  'cheapest-fit': section({
    'spot-first': flag().optional(),
    'spot-kinds': count(1).optional(),
    step: count(1).optional(),
  }).optional(),
  headroom: section({ slots: count(1), ...queued }).optional(),
  schedule: section({
    rules: list(rule, 'rules').min(1, 'expected at least one rule'),
    'time-zone': timeZone.optional(),
    pools: queued.pools,
  }).optional(),
  quota: section({ nodes: count(0) }).optional(),
  candidates: section({
    queues: words('queue').optional(),
    users: words('user').optional(),
    'not-users': words('user').optional(),
    'max-slots': count(1).optional(),
    'max-wall-time': duration().optional(),
  }).optional(),
  idle: section({ time: duration().optional() }).optional(),
  'billing-boundary': section({ before: duration().optional() }).optional(),
  expiry: section({ age: duration().optional() }).optional(),
  drift: section({}).optional(),
  'cool-down': section({ time: duration().optional() }).optional(),
} satisfies Record<BuiltIn, z.ZodType>;

/** A name, or a name with its options; in TypeScript also a policy, or its class. */
const policySchema = z.preprocess(
  asMapping,
  section({
    ...builtIns,
    custom: z.custom<Policy>(isPolicy, 'expected a policy').optional(),
  }),
);

export const policiesSchema = list(policySchema, 'policies such as "- idle: {time: 10m}"').default(
  [],
);

/** Whether it answers a question of policies. */
export function isPolicy(value: unknown): value is Policy {
  if (typeof value !== 'object' || value === null) return false;
  const policy = value as Partial<Policy>;
  return (
    typeof policy.name === 'string' &&
    QUESTIONS.some((question) => typeof policy[question] === 'function')
  );
}

const QUESTIONS = [
  'isCloudCandidate',
  'plan',
  'isNewVmNeeded',
  'limit',
  'canVmBeStopped',
  'canVmBeRetired',
  'mustVmBeKept',
  'rankStop',
] as const;

function asMapping(value: unknown): unknown {
  if (typeof value === 'string') return { [value]: {} };
  if (isPolicy(value)) return { custom: value };
  if (typeof value === 'function') return { custom: made(value) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, options]) => [name, options ?? {}]));
}

/** Of a class an instance. */
function made(value: unknown): unknown {
  try {
    return Reflect.construct(value as new () => unknown, []);
  } catch {
    return undefined;
  }
}
