/**
 * What a user wants to be run on a grid or cluster: one description for every target. Plain data; all
 * local paths are absolute.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import type { Bind } from '../launch/launch.ts';

/** Where a worker finds the base image. */
export type ImageChoice =
  /** A run-time environment of the site gives image, kernel and network program. */
  | { readonly kind: 'rte'; readonly name: string }
  /** A path that all workers of the site see. */
  | { readonly kind: 'site'; readonly path: string }
  /** A local file that travels with the job. */
  | { readonly kind: 'ship'; readonly path: string };

/** A file of the job directory, before the job runs. */
export interface JobInput {
  /** Relative to the job directory. */
  readonly name: string;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'url'; readonly url: string };
  readonly isExecutable?: true;
}

/** A file or directory (with a trailing slash) that is kept after the job has run. */
export interface JobOutput {
  readonly name: string;
  /** Where the site puts it; without one it waits to be fetched. */
  readonly url?: string;
}

/** What one guest needs, and what is asked of the site for it. */
export interface JobResources {
  /** Of the guest itself; what the site is asked for is more. */
  readonly memory: Bytes;
  /** What the site is asked for, in place of what is computed: by `memoryRequest()`. */
  readonly memoryRequest?: Bytes;
  /** Of all cores together. */
  readonly cpuTime?: Seconds;
  readonly wallTime?: Seconds;
  readonly disk?: Bytes;
  /** Processor cores. */
  readonly count: number;
}

export interface JobDescription {
  readonly name: string;
  readonly image: ImageChoice;
  /** A changes bundle that is merged at boot: a local file that travels. */
  readonly changes?: string;
  /** A kernel program that travels, where the site has none. */
  readonly kernel?: string;
  /** Empty: `apppot-run` of the job directory, or what the image has. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** It runs as the guest's root, who on the site still is nobody else than the job's user. */
  readonly asRoot?: true;
  readonly inputs: readonly JobInput[];
  /** Directories of the site that the guest sees; a relative one is in the job directory. */
  readonly binds?: readonly Bind[];
  readonly outputs: readonly JobOutput[];
  /** Name of an input. */
  readonly stdin?: string;
  /** Names in the job directory; equal ones: both streams in one file. */
  readonly stdout: string;
  readonly stderr: string;
  readonly resources: JobResources;
  readonly queue?: string;
  readonly architecture?: string;
  /** Where the site sends mail about the job. */
  readonly notify?: string;
  /** Keep what the guest changed as a bundle of this name, also when its time is up. */
  readonly saveChanges?: string;
}
