import { isDeepStrictEqual } from 'node:util';
import type { Decider, PolicyView } from '../../policy/view.ts';
import type { Settings } from './messages.ts';
import { renderShadow, shadowRun } from './shadow.ts';
import type { Version } from './version.ts';

export interface ReloadingOptions {
  /** Loads the file as it is now. */
  open(): Promise<Version>;
  /** What was seen in the last cycles. */
  recorded(): readonly PolicyView[];
  /** Hears what is to be told: one line or several. */
  tell(text: string): void;
}

/** A file's policies, of which newer versions may take over. */
export interface Reloading extends Decider {
  readonly settings: Settings;
  /** Of the version that decides. */
  readonly files: readonly string[];
  /** Of the version that waits, or else of that which decides. */
  readonly watched: readonly string[];
  /** Loads, checks and tries the file as it is now. A version that is good waits for the edge. Never fails. */
  reload(): Promise<void>;
  /**
   * Between two cycles: lets a version that waits take over.
   *
   * @returns whether settings other than policies changed.
   */
  edge(): boolean;
}

/** So many faults among the last decisions, and the version before takes over again. */
const FAULTS = 3;
const REMEMBERED = 10;

export async function reloading(options: ReloadingOptions): Promise<Reloading> {
  const { tell } = options;
  let current = await options.open();
  let previous: Version | undefined;
  let waiting: Version | undefined;
  let faults: readonly boolean[] = [];
  let turn = Promise.resolve();

  const take = (next: Version): boolean => {
    const differs = !isDeepStrictEqual(next.settings, current.settings);
    const old = previous;
    previous = current;
    current = next;
    faults = [];
    void old?.close();
    return differs;
  };
  const rollBack = (): void => {
    if (previous === undefined) return;
    const bad = current;
    current = previous;
    previous = undefined;
    faults = [];
    tell(`${bad.id} failed ${FAULTS} times: back to ${current.id}`);
    void bad.close();
  };
  const load = async (): Promise<void> => {
    const next = await candidate(current, options);
    if (next === undefined) return;
    void waiting?.close();
    waiting = next;
  };

  return {
    get id() {
      return current.id;
    },
    get settings() {
      return current.settings;
    },
    get files() {
      return current.files;
    },
    get watched() {
      return (waiting ?? current).files;
    },
    decide: async (view, signal) => {
      const deciding = current;
      try {
        const decision = await deciding.decide(view, signal);
        faults = [...faults, false].slice(-REMEMBERED);
        return decision;
      } catch (error) {
        faults = [...faults, true].slice(-REMEMBERED);
        if (faults.filter(Boolean).length >= FAULTS && deciding === current) rollBack();
        throw error;
      }
    },
    reload: () => {
      turn = turn.then(load);
      return turn;
    },
    edge: () => {
      const next = waiting;
      if (next === undefined) return false;
      waiting = undefined;
      tell(`${next.id} takes over from ${current.id}`);
      return take(next);
    },
    close: async () => {
      await turn;
      await Promise.all([current, previous, waiting].map((version) => version?.close()));
    },
  };
}

/** The file as it is now, if it is another version, and a good one. */
async function candidate(
  current: Version,
  { open, recorded, tell }: ReloadingOptions,
): Promise<Version | undefined> {
  let next: Version | undefined;
  try {
    next = await open();
    if (next.digest === current.digest) {
      await next.close();
      return undefined;
    }
    const shadow = await shadowRun(current, next, recorded());
    tell(`${next.id} ${renderShadow(shadow)}`);
    return next;
  } catch (error) {
    await next?.close();
    const reason = error instanceof Error ? error.message : String(error);
    tell(`the new version is not taken: ${reason}`);
    return undefined;
  }
}
