/**
 * Where an image's bytes come from: a file, an overlay on another source, or a part of one.
 * Everything here only reads, and reads synchronously.
 *
 * @module
 */

import type { Bytes } from '../../base/units.ts';
import type { Segment } from '../tree.ts';

export interface BlockSource {
  /** How messages name it. */
  readonly name: string;
  /** Equal for two sources that read the same bytes of the same files. */
  readonly identity: string;
  readonly size: Bytes;
  /**
   * Fills all of `target` from `offset`.
   *
   * @throws {TreeError} `IMAGE_CORRUPT` where the source has no such bytes, `TREE_UNREADABLE` where
   *   the system does not give them.
   */
  read(target: Uint8Array, offset: number): void;
  /** Present where the source is laid over another one. */
  readonly overlay?: Overlay;
  close(): void;
}

export interface Overlay {
  readonly base: BlockSource;
  /** The runs that are read from the overlay, in order: nothing else can differ from the base. */
  segments(): Iterable<Segment>;
}
