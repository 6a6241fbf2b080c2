import type { Instant } from '../../../src/base/clock.ts';
import type { NodeFile } from '../../../src/model/node.ts';
import type { Tags } from '../../../src/provider/provider.ts';

/** One that runs, and is charged for. */
export interface Machine {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  /** Missing when it is nobody's. */
  readonly tags?: Tags;
  readonly files: ReadonlyMap<string, NodeFile>;
  readonly price: number;
  readonly made: Instant;
  /** When listings have it first, and have it no more. */
  readonly shown: Instant;
  hidden?: Instant;
  /** When it was gone. */
  ended?: Instant;
  /** It is being taken back. */
  leaving: boolean;
  /** It gets up at all. */
  readonly sound: boolean;
  /** Its daemon runs. */
  up: boolean;
  /** When somebody first asked for its end. */
  endAsked?: Instant;
  /** When the controller last answered its sign of life. */
  leased: Instant;
}

export function isAlive({ ended }: Machine): boolean {
  return ended === undefined;
}
