import { isOver, type Seen } from '../look.ts';
import type { JobRecord } from '../records/record.ts';

export interface OverOptions {
  readonly look: (records: readonly JobRecord[]) => Promise<readonly Seen[]>;
  readonly again: (records: readonly JobRecord[]) => Promise<readonly JobRecord[]>;
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

interface Awaited {
  readonly record: JobRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const FIRST_MS = 250;
const LAST_MS = 5_000;

/** @returns a function that waits for a job's end, or the signal; all jobs are asked for together. */
export function overAwaiter(options: OverOptions): (record: JobRecord) => Promise<void> {
  const { signal, sleep } = options;
  const awaited = new Map<string, Awaited>();
  const settle = (ids: readonly string[]): void => {
    for (const id of ids) awaited.get(id)?.resolve();
    for (const id of ids) awaited.delete(id);
  };
  const askAgain = async (): Promise<void> => {
    let pause = FIRST_MS;
    while (awaited.size > 0 && !signal.aborted) {
      const over = await overOnes([...awaited.values()], options);
      settle(over);
      pause = over.length > 0 ? FIRST_MS : Math.min(pause * 1.2, LAST_MS);
      if (awaited.size > 0) await sleep(pause);
    }
    settle([...awaited.keys()]);
  };
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      await askAgain();
    } catch (error) {
      for (const { reject } of awaited.values()) reject(error);
      awaited.clear();
    } finally {
      isAsking = false;
      if (awaited.size > 0) void ask();
    }
  };
  return (record) =>
    new Promise((resolve, reject) => {
      awaited.set(record.id, { record, resolve, reject });
      void ask();
    });
}

/** Those that have ended, or were forgotten. */
async function overOnes(
  awaited: readonly Awaited[],
  { look, again }: OverOptions,
): Promise<readonly string[]> {
  const seen = await look(await again(awaited.map(({ record }) => record)));
  const open = new Set(seen.filter(({ status }) => !isOver(status)).map(({ record }) => record.id));
  return awaited.map(({ record }) => record.id).filter((id) => !open.has(id));
}
