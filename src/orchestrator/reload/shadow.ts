import type { Decider, Decision, PolicyView } from '../../policy/view.ts';

/** What two policies decide otherwise about the same view. */
export interface Difference {
  /** When that view was seen, in seconds since 1970. */
  readonly at: number;
  /** `start local`, `stop vb-…`, `candidates`. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export interface Shadow {
  readonly views: number;
  readonly differences: readonly Difference[];
}

/**
 * Lets a new policy decide on what was seen before, and compares. Nothing is done.
 *
 * @throws {PolicyError} when the new one fails.
 */
export async function shadowRun(
  before: Decider,
  after: Decider,
  views: readonly PolicyView[],
): Promise<Shadow> {
  const differences: Difference[] = [];
  for (const view of views) {
    const now = await after.decide(view);
    const then = await before.decide(view).catch(() => undefined);
    if (then !== undefined) differences.push(...compare(view.now, then, now));
  }
  return { views: views.length, differences };
}

export function compare(at: number, before: Decision, after: Decision): readonly Difference[] {
  const [old, fresh] = [outline(before), outline(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((what) => {
    const [was = 'no', is = 'no'] = [old.get(what), fresh.get(what)];
    return was === is ? [] : [{ at, what, before: was, after: is }];
  });
}

function outline({ candidates, proposals, stops }: Decision): ReadonlyMap<string, string> {
  const counts = new Map<string, number>([['candidates', candidates]]);
  for (const { pool, count } of proposals) {
    counts.set(`start ${pool}`, (counts.get(`start ${pool}`) ?? 0) + count);
  }
  return new Map([
    ...[...counts].map(([what, count]) => [what, String(count)] as const),
    ...stops.map(({ node, how }) => [`${how} ${node}`, 'yes'] as const),
  ]);
}

const SHOWN = 20;

export function renderShadow({ views, differences }: Shadow): string {
  if (views === 0) return 'nothing is recorded yet to try it on';
  if (differences.length === 0) return `decides as before on the last ${views} cycles`;
  const lines = differences.slice(0, SHOWN).map(({ at, what, before, after }) => {
    return `\n  ${new Date(at * 1_000).toISOString()} ${what}: ${before} -> ${after}`;
  });
  const more = differences.length > SHOWN ? `\n  and ${differences.length - SHOWN} more` : '';
  const words = `decides otherwise on the last ${views} cycles:`;
  return `${words}${lines.join('')}${more}`;
}
