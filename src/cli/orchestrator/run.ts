import type { Seconds } from '../../base/clock.ts';
import { listenAddress } from '../../orchestrator/from-config/node-files.ts';
import { type Opened, openAll, setupOf } from '../../orchestrator/from-config/open.ts';
import type { Place } from '../../orchestrator/from-config/place.ts';
import { DEFAULT_LIMITS } from '../../orchestrator/limits.ts';
import { type Listener, listen } from '../../orchestrator/listener.ts';
import { type Orchestrator, orchestrator } from '../../orchestrator/orchestrator.ts';
import { powered } from '../../orchestrator/power/powered.ts';
import { recordedView } from '../../orchestrator/record.ts';
import { type Reloading, reloading } from '../../orchestrator/reload/reloading.ts';
import type { CycleReport } from '../../orchestrator/setup.ts';
import type { Store } from '../../orchestrator/store/store.ts';
import type { Deps } from '../deps.ts';
import { interruptible } from '../interrupt.ts';
import type { OrchestrateFlags } from '../orchestrate.ts';
import { openFile } from './file.ts';
import { placeOf } from './place.ts';
import { previewOrchestrator } from './preview.ts';
import { reporter } from './report.ts';
import { openStore } from './store.ts';
import { watching } from './watching.ts';

const LEFT = 'nodes go on; start it again to go on with them';

/** Works until it is told to end, or has done as many cycles as were asked for. */
export async function runOrchestrator(flags: OrchestrateFlags, deps: Deps): Promise<void> {
  if (flags.dryRun) return previewOrchestrator(flags, deps);
  await interruptible(deps, (signal) => work(flags, deps, signal), LEFT);
}

async function work(flags: OrchestrateFlags, deps: Deps, signal: AbortSignal): Promise<void> {
  const place = placeOf(deps);
  let store: Store | undefined;
  const policy = await reloading({
    open: () => openFile(flags.config, deps),
    recorded: () => (store?.recorded() ?? []).flatMap(({ text }) => recordedView(text) ?? []),
    tell: (text) => deps.output().note(text),
  });
  const watch = flags.frozen ? undefined : await watching(policy);
  try {
    store = await openStore(policy.settings, place.random);
    // Whoever works with it already is told of first.
    store.claim();
    await cycles({ flags, deps, place, policy, store, signal });
  } finally {
    await watch?.close();
    await policy.close();
    store?.close();
  }
  signal.throwIfAborted();
}

/** Nothing is started before everything was looked at once. */
const ONCE = 2;

interface Works {
  readonly flags: OrchestrateFlags;
  readonly deps: Deps;
  readonly place: Place;
  readonly policy: Reloading;
  readonly store: Store;
  readonly signal: AbortSignal;
}

async function cycles(works: Works): Promise<void> {
  const { flags, place, policy, signal } = works;
  const most = flags.once ? ONCE : (flags.maxCycles ?? Number.POSITIVE_INFINITY);
  const show = shown(works);
  let engine = await start(works);
  try {
    for (let count = 0; count < most && !signal.aborted; count += 1) {
      if (policy.edge()) {
        await engine.stop();
        engine = await start(works);
      }
      const began = place.clock.now();
      show(await engine.orchestrator.cycle());
      const rest = began + intervalOf(policy) - place.clock.now();
      if (!flags.once && count + 1 < most && rest > 0) await engine.rest(rest, signal);
    }
  } finally {
    if (works.store.read().nodes.length === 0) await engine.endVpn();
    await engine.stop();
  }
}

interface Engine {
  readonly orchestrator: Pick<Orchestrator, 'cycle'>;
  /** Between two cycles; ends early when something is asked for. */
  rest(longest: Seconds, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Nodes that live stay connected without us; without nodes a VPN server of ours is of no use. */
  endVpn(): Promise<void>;
}

/** With the settings as they are now. The store goes on: it is as after a restart. */
async function start({ flags, place, policy, store }: Works): Promise<Engine> {
  const { settings } = policy;
  const opened = await openAll(settings, place);
  let listener: Listener | undefined;
  try {
    const setup = { ...setupOf(settings, opened, place), store, policy, arm: flags.arm };
    const isPowered = settings.batch.kind === 'slurm' && settings.batch.powerSaving;
    const made = isPowered ? powered(setup) : { ...orchestrator(setup), rest: place.clock.sleep };
    // A VPN server of ours has the address that is listened at.
    await opened.vpn?.connected().catch(() => undefined);
    listener = await listen(made, {
      ...{ host: listenAddress(settings), port: settings.listener.port, clock: place.clock },
    });
    return {
      orchestrator: made,
      rest: made.rest,
      stop: () => stop(opened, listener),
      endVpn: async () => opened.vpn?.stop(),
    };
  } catch (error) {
    await stop(opened, listener);
    throw error;
  }
}

async function stop(opened: Opened, listener: Listener | undefined): Promise<void> {
  await listener?.close();
  await opened.close();
}

function intervalOf({ settings }: Reloading): number {
  return settings.limits.interval ?? DEFAULT_LIMITS.interval;
}

function shown({ flags: { json }, deps, store }: Works): (report: CycleReport) => void {
  const linesOf = reporter(store);
  return (report) => {
    const lines = json === true ? [] : linesOf(report);
    for (const line of lines) deps.output().note(line);
    if (json === true) deps.output(true).result(report, '');
  };
}
