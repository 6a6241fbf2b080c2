import { KINDS, type Kind, METRICS, type Metric, type Unit } from './metrics.ts';

/** One figure of one round. */
export interface Sample {
  readonly id: string;
  readonly unit: Unit;
  readonly value: number;
}

/** Medians of all rounds. */
export interface Row extends Metric {
  readonly unit: Unit;
  readonly native: number;
  readonly guest: number;
  /** How many times slower the guest is. */
  readonly ratio: number;
}

export type Grade = 'good' | 'fair' | 'poor';

export interface Verdict {
  readonly kind: Kind;
  readonly grade: Grade;
  /** Geometric mean of the kind's ratios. */
  readonly ratio: number;
}

/** Reads what `apppot-gauge measure` prints: `NAME UNIT VALUE` on a line. */
export function parseSamples(text: string): Sample[] {
  return [...text.matchAll(/^(\S+) (s|B\/s) (\S+)\r?$/gm)]
    .map(([, id = '', unit, value]) => ({ id, unit: unit as Unit, value: Number(value) }))
    .filter(({ value }) => Number.isFinite(value) && value > 0);
}

/** What was measured on both sides, in the order of {@link METRICS}. */
export function compare(native: readonly Sample[], guest: readonly Sample[]): Row[] {
  return METRICS.flatMap((metric) => {
    const here = native.filter(({ id }) => id === metric.id);
    const there = guest.filter(({ id }) => id === metric.id);
    const [sample] = here;
    if (sample === undefined || there.length === 0) return [];
    const figures = { native: median(here), guest: median(there) };
    return [{ ...metric, unit: sample.unit, ...figures, ratio: ratioOf(sample.unit, figures) }];
  });
}

export function judge(rows: readonly Row[]): Verdict[] {
  return (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
    const ratios = rows.filter((row) => row.kind === kind).map(({ ratio }) => ratio);
    if (ratios.length === 0) return [];
    const ratio = Math.exp(ratios.reduce((sum, one) => sum + Math.log(one), 0) / ratios.length);
    return [{ kind, grade: gradeOf(ratio), ratio }];
  });
}

/** Hardly felt; felt by jobs that do little else; to be avoided. */
function gradeOf(ratio: number): Grade {
  if (ratio <= 1.5) return 'good';
  return ratio <= 6 ? 'fair' : 'poor';
}

function ratioOf(unit: Unit, { native, guest }: Pick<Row, 'native' | 'guest'>): number {
  return unit === 's' ? guest / native : native / guest;
}

function median(samples: readonly Sample[]): number {
  const values = samples.map(({ value }) => value).sort((one, other) => one - other);
  const middle = Math.floor(values.length / 2);
  const upper = values[middle] ?? Number.NaN;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? upper)) / 2;
}
