import type { Instant } from '../base/clock.ts';

/** Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday): lowest and highest. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Whether a moment is one of those that five cron fields name. */
export type Cron = (now: Instant) => boolean;

/**
 * Reads times as cron does: numbers, `*`, ranges, lists and steps. As in cron, of two named days one is enough.
 *
 * @param timeZone As `Europe/Zurich`.
 * @returns undefined when they cannot be read.
 */
export function cron(text: string, timeZone = 'UTC'): Cron | undefined {
  const words = text.trim().split(/\s+/);
  const sets = words.map((word, i) => fieldOf(word, FIELDS[i] ?? [1, 0]));
  const clock = clockOf(timeZone);
  if (words.length !== FIELDS.length || sets.includes(undefined) || !clock) return undefined;
  const [minutes, hours, days, months, weekdays] = sets.map((set) => set ?? new Set<number>());
  const isEither = !words[2]?.startsWith('*') && !words[4]?.startsWith('*');
  return (now) => {
    const [minute, hour, day, month, weekday] = clock(now);
    const isDay = days?.has(day) ?? false;
    const isWeekday = (weekdays?.has(weekday) || weekdays?.has(weekday + 7)) ?? false;
    const isToday = isEither ? isDay || isWeekday : isDay && isWeekday;
    return isToday && [minutes?.has(minute), hours?.has(hour), months?.has(month)].every(Boolean);
  };
}

const PART = /^(?:\*|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>[1-9]\d*))?$/;

function fieldOf(text: string, bounds: readonly [number, number]): ReadonlySet<number> | undefined {
  const parts = text.split(',').map((part) => numbersOf(part, bounds));
  if (parts.some((numbers) => numbers.length === 0)) return undefined;
  return new Set(parts.flat());
}

/** None when they cannot be read. */
function numbersOf(part: string, [low, high]: readonly [number, number]): readonly number[] {
  const match = PART.exec(part);
  if (match === null) return [];
  const { from, to, step = '' } = match.groups ?? {};
  const first = Number(from ?? low);
  const last = Number(to ?? (from === undefined || step !== '' ? high : from));
  if (first < low || last > high || first > last) return [];
  const every = Number(step || 1);
  return Array.from(
    { length: Math.floor((last - first) / every) + 1 },
    (_, i) => first + i * every,
  );
}

type Parts = readonly [number, number, number, number, number];

function clockOf(timeZone: string): ((now: Instant) => Parts) | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', weekday: 'short' },
      ...{ minute: 'numeric', hour: 'numeric', day: 'numeric', month: 'numeric' },
    });
    return (now) => {
      const parts = new Map(
        format.formatToParts(now * 1_000).map(({ type, value }) => [type, value]),
      );
      const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
      const weekday = WEEKDAYS.indexOf(parts.get('weekday') ?? '');
      return [number('minute'), number('hour'), number('day'), number('month'), weekday];
    };
  } catch {
    return undefined;
  }
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
