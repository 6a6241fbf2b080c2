import type { Recipe } from '../config/recipe.ts';
import { GUEST_USER_ID } from '../config/recipe-loader.ts';
import type { GuestEntry } from './entry.ts';

/** What the program itself brings into each image. */
export interface GuestKit {
  /** Static program that runs as process 1. */
  readonly init: Buffer;
  /** Static program that runs commands on other guests. */
  readonly rsh: Buffer;
  /** Applies a changes bundle at boot. */
  readonly merge: Buffer;
  /** Unit file for images in which systemd is process 1. */
  readonly service: Buffer;
  /** Paths that no changes bundle carries. */
  readonly exclude: Buffer;
  /** `apppot-snap` in one file; undefined for images without Node.js. */
  readonly snap: Buffer | undefined;
}

/** Packages that no image can do without. */
export const NEEDED_PACKAGES: readonly string[] = ['libnss-extrausers'];

/** The group that the job's processes belong to; the guest gets it at build time. */
export const GUEST_GROUP = { name: 'apppot', gid: 990 } as const;

/** Where the guest's init writes, on a tmpfs, what differs from start to start. */
const RUN = '/run/apppot';

/** Everything that the build puts over the packages, in the order in which it is put there. */
export function guestEntries(recipe: Recipe, kit: GuestKit): readonly GuestEntry[] {
  return [
    directory('/usr/lib/apppot'),
    file('/usr/lib/apppot/apppot-init', kit.init, 0o755),
    file('/usr/lib/apppot/apppot-merge', kit.merge, 0o755),
    file('/etc/systemd/system/apppot.service', kit.service),
    symlink('/etc/systemd/system/multi-user.target.wants/apppot.service', '../apppot.service'),
    file('/usr/bin/apppot-rsh', kit.rsh, 0o755),
    directory('/etc/apppot'),
    file('/etc/apppot/exclude', kit.exclude),
    directory('/var/lib/apppot'),
    directory('/home/user', GUEST_USER_ID),
    directory('/home/user/job', GUEST_USER_ID),
    ...nameEntries(recipe.hostname),
    ...userEntries(),
    ...(kit.snap === undefined ? [] : [file('/usr/local/bin/apppot-snap', kit.snap, 0o755)]),
    ...(recipe.user.sudo ? [sudoers()] : []),
    ...recipe.files.map((entry) => ({ type: 'file', ...entry }) as const),
  ];
}

/** Packages of the recipe and those that its settings imply, sorted. */
export function packagesOf(recipe: Recipe): readonly string[] {
  const implied = recipe.user.sudo ? ['sudo'] : [];
  return [...new Set([...NEEDED_PACKAGES, ...implied, ...recipe.packages])].toSorted();
}

function nameEntries(hostname: string): GuestEntry[] {
  const hosts = [
    '127.0.0.1\tlocalhost',
    `127.0.1.1\t${hostname}`,
    '::1\tlocalhost ip6-localhost ip6-loopback',
  ];
  return [
    file('/etc/hostname', `${hostname}\n`),
    file('/etc/hosts', `${hosts.join('\n')}\n`),
    file('/etc/fstab', '# apppot-init mounts what the guest needs.\n'),
    symlink('/etc/resolv.conf', `..${RUN}/resolv.conf`),
  ];
}

/** The guest's user is written at each start, so the image's own account files never change. */
function userEntries(): GuestEntry[] {
  return ['passwd', 'group', 'shadow'].map((name) =>
    symlink(`/var/lib/extrausers/${name}`, `${RUN}/${name}`),
  );
}

function sudoers(): GuestEntry {
  return file('/etc/sudoers.d/apppot', `%${GUEST_GROUP.name} ALL=(ALL:ALL) NOPASSWD: ALL\n`, 0o440);
}

function file(path: string, content: string | Buffer, mode = 0o644): GuestEntry {
  return { type: 'file', path, content: Buffer.from(content), mode, uid: 0, gid: 0 };
}

function directory(path: string, id = 0): GuestEntry {
  return { type: 'directory', path, mode: 0o755, uid: id, gid: id };
}

function symlink(path: string, target: string): GuestEntry {
  return { type: 'symlink', path, target, uid: 0, gid: 0 };
}
