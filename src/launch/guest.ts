import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type Daemon, killGroup, startDaemon } from '../host/processes.ts';
import { confinementWords } from './confine.ts';
import type { Instance } from './instance.ts';
import { LaunchError, type StartPlan } from './launch.ts';
import type { Line } from './line.ts';
import { openLog } from './log.ts';
import { kernelEnvironment, kernelWords } from './words.ts';

/** Where the job's streams come from and go to. */
export interface Streams {
  /** Undefined: the job reads end of file at once, or what is typed. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  /** Undefined: the terminal. */
  readonly stderr?: Writable;
  /** The job has a terminal of its own: what is typed goes there, what it shows to `stdout`. */
  readonly terminal?: Terminal;
}

export interface Terminal {
  /** Raw, so that each key goes to the guest, Ctrl-C, too. */
  readonly typed: Readable;
  readonly rows: number;
  readonly columns: number;
  /** Calls back at each change of size. */
  onResize(report: (rows: number, columns: number) => void): void;
}

/** A running guest. */
export interface Guest {
  /** Sends a line to its process 1; one that has ended hears nothing. */
  tell(line: string): void;
  /** Ends it at once, without order. */
  kill(): void;
  /** How the kernel ended, after all that the job wrote has been passed on. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
}

const SIGPIPE = 13;

/** One of the child's descriptors, as we have it. */
type Stream = Readable | Writable | null | undefined;

/** Starts the kernel; the instance's directory and network are ready. */
export function startGuest(
  plan: StartPlan,
  instance: Instance,
  streams: Streams,
  line: Line,
): Guest {
  const child = startKernel(plan, instance, streams.terminal !== undefined, line);
  const [, , , out, err, , typed, shown] = child.stdio as readonly Stream[];
  typed?.on('error', () => undefined);
  streams.terminal?.typed.pipe(typed as Writable);
  const { tell } = line;
  const kill = (): void => void (child.pid === undefined || killGroup(child.pid));
  const broken = (): void => tell(`signal ${SIGPIPE}`);
  const flows = [
    flow(out, streams.stdout, broken),
    flow(err, streams.stderr ?? streams.stdout, broken),
    flow(shown, streams.stdout, broken),
  ];
  const ended = waitFor(child, plan.kernel).then(async (end) => {
    kill();
    await Promise.all(flows);
    return end;
  });
  return { tell, kill, ended };
}

function startKernel(
  plan: StartPlan,
  { paths, record }: Instance,
  terminal: boolean,
  line: Line,
): Daemon {
  const confinement = confinementWords(plan, paths);
  const log = openLog(paths.log);
  const child = startDaemon([...confinement, plan.kernel, ...kernelWords(plan, paths, terminal)], {
    stdio: ['ignore', log, log, 'pipe', 'pipe', line.end, ...(terminal ? PIPES : [])],
    env: kernelEnvironment(plan, paths),
  });
  closeSync(log);
  line.releaseEnd();
  if (child.pid !== undefined) record(child.pid);
  return child;
}

/** For what is typed and what is shown. */
const PIPES = ['pipe', 'pipe'] as const;

function waitFor(child: Daemon, kernel: string): Guest['ended'] {
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (cause) =>
      reject(
        new LaunchError(`Cannot run the kernel "${kernel}": ${cause.message}`, {
          kind: 'conflict',
          code: 'GUEST_DIED',
          cause,
        }),
      ),
    );
  });
}

/**
 * Copies until the end, with back-pressure. A reader that has gone is told to the job as to any
 * program, by SIGPIPE; what it still writes is dropped.
 */
async function flow(from: Stream, to: Writable, broken: () => void): Promise<void> {
  let open = true;
  const stop = (): void => {
    if (open) broken();
    open = false;
  };
  to.on('error', stop);
  for await (const chunk of (from as Readable | undefined) ?? []) {
    if (open && !to.write(chunk)) await drained(to);
  }
  to.off('error', stop);
}

/** Resolves when a stream takes more, or never will. */
export function drained(to: Writable): Promise<void> {
  const events = ['drain', 'error', 'close'];
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) to.off(event, done);
      resolve();
    };
    for (const event of events) to.on(event, done);
  });
}
