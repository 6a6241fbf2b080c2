import { existsSync, readdirSync } from 'node:fs';
import type { Seconds } from '../base/clock.ts';
import { readPlainText } from '../host/plain-file.ts';
import { ANSWER_ROOM } from './control.ts';
import type { StartPlan } from './launch.ts';
import { HELD, type InstancePaths } from './words.ts';

/** How a guest hangs. */
export interface Hang {
  /** It never came to its job, or its process 1 answers no more. */
  readonly kind: 'boot' | 'silence';
  readonly after: Seconds;
}

/** Asks a guest whether it lives. */
export interface Watchdog {
  /** To be called at the guest's end. */
  finish(): void;
}

/** A guest that hangs left so many questions in a row without an answer. */
const QUESTIONS = 4;

/**
 * Watches over a guest as far as the plan asks for it.
 *
 * Time is counted in questions asked, not by the clock: a machine that slept has asked none.
 *
 * @param onHang Called once, when it hangs.
 */
export function watchdog(
  { bootTimeout, watchdog: patience }: StartPlan,
  paths: InstancePaths,
  tell: (line: string) => void,
  onHang: (hang: Hang) => void,
): Watchdog {
  const timers: NodeJS.Timeout[] = [];
  if (bootTimeout !== undefined) {
    const judge = (): void => {
      if (!hasStarted(paths)) onHang({ kind: 'boot', after: bootTimeout });
    };
    timers.push(setTimeout(judge, bootTimeout * 1_000));
  }
  if (patience !== undefined) {
    const ask = interrogation(paths, tell, () => onHang({ kind: 'silence', after: patience }));
    timers.push(setInterval(ask, (patience * 1_000) / QUESTIONS));
  }
  return {
    finish() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function interrogation(
  paths: InstancePaths,
  tell: (line: string) => void,
  onSilence: () => void,
): () => void {
  let [asked, unanswered] = [0, 0];
  return () => {
    if (!hasStarted(paths)) return;
    unanswered = isPaused(paths) || answerOf(paths) === asked ? 0 : unanswered + 1;
    if (unanswered === QUESTIONS) onSilence();
    asked += unanswered === 0 ? 1 : 0;
    tell(`alive ${asked}`);
  };
}

/** Whether the guest has come to its job. */
export function hasStarted({ control }: InstancePaths): boolean {
  return existsSync(`${control}/started`);
}

/** Whether somebody holds the guest still, to read its disk. */
export function isPaused({ directory }: InstancePaths): boolean {
  return readdirSync(directory).some((name) => name.startsWith(HELD));
}

function answerOf({ control }: InstancePaths): number {
  return Number.parseInt(readPlainText(`${control}/alive`, ANSWER_ROOM), 10) || 0;
}
