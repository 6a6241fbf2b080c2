import type { Duplex } from 'node:stream';
import type { Files } from './files.ts';
import type { Host } from './host.ts';

/** A machine whose programs and files can be used, here or over a network. */
export interface Machine extends Host {
  readonly files: Files;
  /** The user's home directory there. */
  home(): Promise<string>;
  /** Ends what is held open; it is opened again when it is needed. */
  close(): Promise<void>;
}

/** One that is reached over ssh. */
export interface DistantMachine extends Machine {
  /** A TCP connection from there to a place that it reaches. */
  forward(host: string, port: number): Promise<Duplex>;
}
