import { Worker } from 'node:worker_threads';
import { PolicyError } from '../../policy/errors.ts';
import type { Decision, PolicyView } from '../../policy/view.ts';
import type { Answer, PolicyOrder } from './messages.ts';

export interface ThreadOptions {
  /** Program of the thread: `policy-worker.js`. */
  readonly worker: URL;
  /** How long a policy may think in each cycle, for queues of up to 10,000 jobs; longer in proportion for longer ones. */
  readonly budgetMs: number;
  /** Options of Node.js for the thread. Default: none. */
  readonly execArgv?: readonly string[];
}

export interface PolicyThread {
  readonly loaded: Extract<Answer, { kind: 'loaded' }>;
  /**
   * Asks the policy; ends the thread when it takes too long. A thread that has ended is started again.
   *
   * @param mayRestart Whether it would be the same version still.
   * @throws {PolicyError} `POLICY_FAULTY`, `POLICY_SLOW`
   */
  decide(view: PolicyView, mayRestart: () => Promise<boolean>): Promise<Decision>;
  close(): Promise<void>;
}

/** The first answer of a thread takes longer: its code has never run. */
const FIRST_TIMES = 10;

/** A program that has not loaded after this long is given up. */
const LOAD_MS = 30_000;

/** @throws {PolicyError} `POLICY_FAULTY` with everything that is wrong with the file. */
export async function openThread(path: string, options: ThreadOptions): Promise<PolicyThread> {
  let running: Running | undefined = await start(path, options);
  const { loaded } = running;
  let questions = 0;
  let isFresh = true;
  return {
    loaded,
    decide: async (view, mayRestart) => {
      if (running === undefined || running.hasEnded()) {
        if (!(await mayRestart())) throw faulty(path, 'it was ended, and its files have changed');
        running = await start(path, options);
        isFresh = true;
      }
      questions += 1;
      const budgetMs = budgetFor(view, options) * (isFresh ? FIRST_TIMES : 1);
      isFresh = false;
      return ask(running.worker, questions, view, { path, budgetMs });
    },
    close: async () => {
      await running?.worker.terminate();
      running = undefined;
    },
  };
}

interface Running {
  readonly worker: Worker;
  readonly loaded: PolicyThread['loaded'];
  hasEnded(): boolean;
}

async function start(
  path: string,
  { worker: program, ...options }: ThreadOptions,
): Promise<Running> {
  const workerData: PolicyOrder = { path };
  const worker = new Worker(program, {
    ...{ workerData, stdout: false, stderr: false },
    ...(options.execArgv !== undefined && { execArgv: [...options.execArgv] }),
  });
  let ended = false;
  worker.once('exit', () => {
    ended = true;
  });
  try {
    const loaded = await conversation(worker, LOAD_MS, path, (answer) => {
      if (answer.kind === 'refused') throw faulty(path, answer.message);
      return answer.kind === 'loaded' ? answer : undefined;
    });
    // What waits for nothing else is not kept alive by a policy.
    worker.unref();
    return { worker, loaded, hasEnded: () => ended };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function ask(
  worker: Worker,
  id: number,
  view: PolicyView,
  { path, budgetMs }: { readonly path: string; readonly budgetMs: number },
): Promise<Decision> {
  worker.postMessage({ id, view });
  // Until it has begun the time is ours, not the policy's.
  return conversation(worker, LOAD_MS, path, (answer, limit) => {
    if (!('id' in answer) || answer.id !== id) return undefined;
    if (answer.kind === 'begun') limit(budgetMs);
    if (answer.kind === 'fault') throw faulty(path, answer.message);
    return answer.kind === 'decided' ? answer.decision : undefined;
  });
}

/**
 * Hears what a thread says until something follows from it; ends the thread when that takes too long.
 *
 * @param hear May set another limit, from now on.
 */
function conversation<T>(
  worker: Worker,
  limitMs: number,
  path: string,
  hear: (answer: Answer, limit: (ms: number) => void) => T | undefined,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const limit = (ms: number): void => {
      clearTimeout(timer);
      // An answer that is there already counts: the thread was in time.
      timer = setTimeout(() => setImmediate(() => tooLate(ms)), ms);
    };
    const done = (): void => {
      clearTimeout(timer);
      timer = undefined;
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    const tooLate = (ms: number): void => {
      if (timer === undefined) return;
      done();
      void worker.terminate();
      reject(slow(path, ms));
    };
    const onMessage = (answer: Answer): void => {
      try {
        const result = hear(answer, limit);
        if (result === undefined) return;
        done();
        resolve(result);
      } catch (error) {
        done();
        reject(error);
      }
    };
    const onError = (error: Error): void => {
      done();
      reject(faulty(path, error.message));
    };
    const onExit = (): void => {
      done();
      reject(faulty(path, 'its thread ended'));
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    limit(limitMs);
  });
}

const JOBS_OF_BUDGET = 10_000;

function budgetFor({ pending, running }: PolicyView, { budgetMs }: ThreadOptions): number {
  return budgetMs * Math.max(1, (pending.length + running.length) / JOBS_OF_BUDGET);
}

function slow(path: string, ms: number): PolicyError {
  return new PolicyError(`Cannot decide by "${path}": it took more than ${Math.round(ms)} ms`, {
    kind: 'usage',
    code: 'POLICY_SLOW',
    hint: 'Let it do less in each cycle',
  });
}

function faulty(path: string, reason: string): PolicyError {
  const message = reason.startsWith('Cannot') ? reason : `Cannot use "${path}": ${reason}`;
  return new PolicyError(message, { kind: 'usage', code: 'POLICY_FAULTY' });
}
