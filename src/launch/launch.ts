/**
 * Starting an image: a request becomes a plan, plain data that can be shown; the plan is run here,
 * or printed as a shell script that runs it where there is no Node.js.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';

export type LaunchCode =
  | 'KERNEL_MISSING'
  | 'KERNEL_UNUSABLE'
  | 'SLIRP_MISSING'
  | 'IMAGE_MISSING'
  | 'IMAGE_UNREADABLE'
  | 'IMAGE_TRUNCATED'
  | 'IMAGE_FOREIGN'
  | 'COW_MISMATCH'
  | 'COW_DANGLING'
  | 'COW_TRUNCATED'
  | 'REBASE_IMPOSSIBLE'
  | 'COW_LOCKED'
  | 'COW_UNUSABLE'
  | 'BUNDLE_UNREADABLE'
  | 'JOBDIR_UNREADABLE'
  | 'BIND_MALFORMED'
  | 'BIND_UNUSABLE'
  | 'BIND_CONFLICT'
  | 'SCRATCH_UNUSABLE'
  | 'TEMP_UNUSABLE'
  | 'TRACING_FORBIDDEN'
  | 'NAME_TAKEN'
  | 'NAME_MALFORMED'
  | 'SANDBOX_MISSING'
  | 'SANDBOX_FAILED'
  | 'UNCONFINED_ROOT'
  | 'ENVIRONMENT_MALFORMED'
  | 'MEMORY_TOO_SMALL'
  | 'NETWORK_MALFORMED'
  | 'NETWORK_MISSING'
  | 'NETWORK_UNSUPPORTED'
  | 'MEMORY_UNPLACED'
  | 'LIMIT_TOO_LOW'
  | 'HOST_MAPPINGS'
  | 'NETWORK_FAILED'
  | 'SWITCH_FAILED'
  | 'CLUSTER_MALFORMED'
  | 'CLUSTER_BROKEN'
  | 'PUBLISH_MALFORMED'
  | 'PUBLISH_IMPOSSIBLE'
  | 'PUBLISH_FAILED'
  | 'PORT_TAKEN'
  | 'HOST_MEMORY_FULL'
  | 'DISK_UNREADABLE'
  | 'KERNEL_PANIC'
  | 'LOG_UNWRITABLE'
  | 'GUEST_MISSING'
  | 'CONSOLE_MISSING'
  | 'CONSOLE_FAILED'
  | 'GUEST_PAUSED'
  | 'GUEST_WROTE'
  | 'GUEST_FAILED'
  | 'GUEST_EXHAUSTED'
  | 'GUEST_HUNG'
  | 'GUEST_KILLED'
  | 'GUEST_DIED';

export class LaunchError extends AppPotError<LaunchCode> {}

/** Who the guest's user is: the caller. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  /** Permission bits that new files do not get. */
  readonly umask: number;
}

/** The user-mode network that stands between guest and host: slirp4netns(1), slirp(1). */
export type Network =
  | {
      readonly kind: 'slirp4netns';
      readonly program: string;
      /** The guest may reach services on the host's loopback, at 10.0.2.2. */
      readonly hostLoopback?: true;
      readonly publish?: readonly Publication[];
    }
  | {
      readonly kind: 'slirp';
      readonly program: string;
      /** The kernel speaks ethernet only: our switch stands between. */
      readonly bySwitch?: true;
    }
  | {
      readonly kind: 'none';
      /** Why nothing better was found, where nothing was asked for. */
      readonly reason?: string;
    };

/** A port of the host that leads to one of the guest. */
export interface Publication {
  readonly protocol: 'tcp' | 'udp';
  /** The host's address: loopback unless the user opens it to others. */
  readonly address: string;
  readonly hostPort: number;
  readonly guestPort: number;
}

/** Where a switch of ours is: a socket here, or reached by TCP or ssh. */
export type Endpoint =
  | {
      /** The guest's own: it comes and goes with it. */
      readonly kind: 'own';
      /** `ADDRESS:PORT` for switches elsewhere. */
      readonly listen?: string;
      readonly secret?: string;
    }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly secret: string }
  | { readonly kind: 'ssh'; readonly host: string; readonly path: string };

/** A private network that guests share, beside the outer one or instead of it. */
export type Segment = SegmentAddress &
  (
    | { readonly kind: 'switch'; readonly endpoint: Endpoint }
    | {
        readonly kind: 'mcast';
        readonly group: string;
        readonly port: number;
        /** File with what the group's guests know, and others on the same wire do not. */
        readonly secret: string;
        /** The file is the user's own, and made when it is not there. */
        readonly isOwn?: true;
      }
    | { readonly kind: 'tap'; readonly device: string }
  );

/** A guest's place in a private network. */
export interface SegmentAddress {
  readonly address: string;
  /** Length of the network's prefix. */
  readonly prefix: number;
  readonly mac: string;
  /** Bytes in a packet. */
  readonly mtu: number;
}

/** What keeps a guest's root from the files of whoever started it: bwrap(1), landlock(7), or nothing. */
export type Confinement =
  | { readonly kind: 'bwrap' | 'landlock'; readonly program: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Where the file behind the guest's memory is: `/dev/shm`, or the temporary directory. */
export type MemoryPlace = 'shared' | 'temporary';

/** Where the guest's writes go. */
export type Disk =
  | { readonly kind: 'image' }
  | {
      readonly kind: 'cow';
      readonly path: string;
      readonly exists: boolean;
      /** Its header names another place, or time, of its base image, and is to be changed. */
      readonly moved?: 'place' | 'time';
      /** Bytes that it takes for holes that a copy has filled. */
      readonly waste?: Bytes;
    }
  | { readonly kind: 'temporary' };

/** A host directory that the guest sees. */
export interface Bind {
  readonly host: string;
  /** Where in the guest. */
  readonly guest: string;
  readonly isReadOnly: boolean;
}

/** A disk that goes with the guest, at `/home/user/scratch`. */
export interface Scratch {
  readonly size: Bytes;
  /** The program that makes its filesystem: mke2fs(8). */
  readonly program: string;
}

/** Everything that decides one start. All paths are absolute. */
export interface StartPlan {
  /** Names the guest among those of one user. */
  readonly name: string;
  readonly kernel: string;
  readonly image: string;
  readonly disk: Disk;
  /** The partition that holds the root filesystem; undefined when the image is a filesystem. */
  readonly partition?: number;
  readonly memory: Bytes;
  readonly network: Network;
  readonly segments: readonly Segment[];
  /** Ports that we lead in ourselves: the outer network does not, or there is none. */
  readonly relays?: readonly Publication[];
  /** The way out through a private network, where there is no outer one. */
  readonly gateway?: string;
  readonly nameserver?: string;
  /** The guest's own name; default is the image's. */
  readonly hostname?: string;
  /** What the guest's `/etc/hosts` says, instead of the image's. */
  readonly hosts?: string;
  /** Names of the guests that work together, a line each. */
  readonly machines?: string;
  readonly confinement: Confinement;
  /** Directory for the instance: control directory, sockets, temporary COW file. */
  readonly temporary: string;
  readonly memoryPlace: MemoryPlace;
  readonly jobdir?: string;
  readonly binds: readonly Bind[];
  readonly scratch?: Scratch;
  /** The changes bundle to merge at boot. */
  readonly changes?: string;
  /** Empty: `apppot-run` of the job directory, `apppot-autorun` of the image, or a shell. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** The job runs as the guest's root, not as the caller: for building images. */
  readonly asRoot?: true;
  /** More words for the kernel's command line. */
  readonly extra: readonly string[];
  /** The job is asked to end after this time, and the status is 124. */
  readonly timeout?: Seconds;
  /** From being asked to end until the job is killed. */
  readonly grace: Seconds;
  /** The guest counts as hung, and is killed, when it has not come to its job after this time. */
  readonly bootTimeout?: Seconds;
  /** The guest counts as hung, and is killed, when its process 1 has not answered for this time. */
  readonly watchdog?: Seconds;
}

/** The file that names a guest's process 1 in every base image. */
export const GUEST_INIT = '/usr/lib/apppot/apppot-init';
