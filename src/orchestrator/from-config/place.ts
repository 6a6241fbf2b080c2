import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { TargetSpec } from '../../grid/records/record.ts';
import type { Target } from '../../grid/target.ts';
import type { Host } from '../../host/host.ts';
import type { Machine } from '../../host/machine.ts';
import type { Caller } from '../../launch/launch.ts';

/** The machine that an orchestrator runs on, and how it reaches others. */
export interface Place {
  readonly clock: Clock;
  readonly random: Random;
  readonly host: Host;
  /** Another machine, by ssh. */
  connect(destination: string): Machine;
  /**
   * A cluster or grid that runs jobs.
   *
   * @param base Where it keeps what it needs on this machine.
   */
  openTarget(spec: TargetSpec, base: string): Target;
  readonly caller: Caller;
  /** Its name, and the machine's, as `user@machine`. */
  readonly owner?: string;
  /** `$PATH` */
  readonly path: string;
  /** `$TMPDIR` */
  readonly temporary: string;
  /** A user of this machine; undefined when there is none of that name. */
  userOf(name: string): Promise<Caller | undefined>;
}
