import { GUEST_INIT, type StartPlan } from './launch.ts';
import { interfaces } from './net/interfaces.ts';

/** Paths that one running guest uses, below its instance directory. */
export interface InstancePaths {
  readonly directory: string;
  readonly control: string;
  /** The kernel's own directory of management sockets (`uml_dir=`). */
  readonly sockets: string;
  /** Where slirp4netns listens. */
  readonly network: string;
  readonly cow: string;
  /** Where the kernel makes the file behind the guest's memory, unless it may take `/dev/shm`. */
  readonly memory: string;
  /** The file of the scratch disk. */
  readonly scratch: string;
  readonly log: string;
  /** The control line: whoever writes a line to it talks to the guest's process 1. */
  readonly line: string;
  /** The process that answers for the guest, and those to be ended with it. */
  readonly owner: string;
  readonly processes: string;
  /** What was started, for those who list guests. */
  readonly record: string;
  /** Made when the job is asked to end, and when the guest is killed by somebody else. */
  readonly stopping: string;
  readonly killed: string;
  /** Plain names for files whose own names the kernel's command line cannot carry. */
  readonly imageAlias: string;
  readonly cowAlias: string;
  /** Where those who look at the guest from outside find the files of its disk. */
  readonly imageLink: string;
  readonly cowLink: string;
}

/** Where the guest's streams are among the kernel's descriptors. */
export const STREAMS = { stdout: 3, stderr: 4, control: 5, terminalIn: 6, terminalOut: 7 } as const;

/** Begins the names of directories for guests' memory. */
export const SHARED_MEMORY = '/dev/shm/apppot.';

/** Begins the names of files in an instance directory that say: it is held still. */
export const HELD = 'held.';

export function instancePaths(directory: string): InstancePaths {
  return {
    directory,
    control: `${directory}/control`,
    sockets: `${directory}/uml`,
    network: `${directory}/net.sock`,
    cow: `${directory}/disk.cow`,
    memory: `${directory}/memory`,
    scratch: `${directory}/scratch.img`,
    log: `${directory}/console.log`,
    line: `${directory}/line`,
    owner: `${directory}/owner`,
    processes: `${directory}/processes`,
    record: `${directory}/record.json`,
    stopping: `${directory}/stopping`,
    killed: `${directory}/killed`,
    imageAlias: `${directory}/image`,
    cowAlias: `${directory}/cow`,
    imageLink: `${directory}/image.link`,
    cowLink: `${directory}/cow.link`,
  };
}

/**
 * The kernel's command line.
 *
 * Source: the kernel's admin guide, `user_mode_linux_howto_v2`, and `linux --help`.
 *
 * @param terminal Whether the job has the caller's terminal instead of two serial lines.
 */
export function kernelWords(
  plan: StartPlan,
  paths: InstancePaths,
  terminal: boolean,
): readonly string[] {
  return [
    `mem=${Math.ceil(plan.memory / 2 ** 20)}M`,
    `ubd0=${diskFiles(plan, paths)}`,
    ...(plan.scratch === undefined ? [] : [`ubd1=${paths.scratch}`]),
    `root=/dev/ubda${plan.partition ?? ''}`,
    'rw',
    `init=${GUEST_INIT}`,
    ...streamWords(terminal),
    ...interfaces(plan, paths).map(({ word }) => word),
    `uml_dir=${paths.sockets}/`,
    `umid=${plan.name}`,
    ...QUICK_BOOT,
    ...(plan.bootTimeout === undefined ? [] : [TALKATIVE]),
    `apppot.control=${paths.control}`,
    ...plan.extra,
  ];
}

/**
 * Without these the kernel spends a second on probing hardware that is not there: it times RAID
 * checksums, makes 256 legacy terminals and calibrates a delay loop. `loglevel=1` keeps panics.
 */
export const QUICK_BOOT = [
  'loglevel=5',
  'selinux=0',
  'pty.legacy_count=0',
  'initcall_blacklist=raid6_select_algo',
  'lpj=19259392',
];

/** For a boot that may hang: what it did last, too. The later of two such words counts. */
const TALKATIVE = 'loglevel=7';

function diskFiles(plan: StartPlan, paths: InstancePaths): string {
  const { disk } = plan;
  const image = isPlain(plan.image) ? plan.image : paths.imageAlias;
  if (disk.kind === 'image') return image;
  if (disk.kind === 'temporary') return `${paths.cow},${image}`;
  return `${isPlain(disk.path) ? disk.path : paths.cowAlias},${image}`;
}

/** The files that need a plain name, each with the name it gets. */
export function aliases({ disk, image }: StartPlan, paths: InstancePaths): [string, string][] {
  const named: [string, string][] = [[image, paths.imageAlias]];
  if (disk.kind === 'cow') named.push([disk.path, paths.cowAlias]);
  return named.filter(([path]) => !isPlain(path));
}

/**
 * Links to make in the instance directory: to the files of the disk and, where nothing is bound in
 * its place, from each plain name.
 */
export function diskLinks(plan: StartPlan, paths: InstancePaths): [string, string][] {
  const { disk, image, confinement } = plan;
  const cow = disk.kind === 'cow' ? disk.path : paths.cow;
  return [
    [image, paths.imageLink],
    ...(disk.kind === 'image' ? [] : [[cow, paths.cowLink] satisfies [string, string]]),
    ...(confinement.kind === 'bwrap' ? [] : aliases(plan, paths)),
  ];
}

/**
 * The environment of the kernel, which makes the file behind its memory in `$TMPDIR`. In `/dev/shm`
 * files of all programs lie side by side, so that Landlock cannot tell this guest's from others.
 */
export function kernelEnvironment(plan: StartPlan, paths: InstancePaths): Record<string, string> {
  return { HOME: paths.sockets, ...(hasOwnMemory(plan) && { TMPDIR: paths.memory }) };
}

export function hasOwnMemory({ memoryPlace, confinement }: StartPlan): boolean {
  return memoryPlace === 'temporary' || confinement.kind === 'landlock';
}

/** Whether a path survives the kernel's command line, where blanks, commas and colons separate. */
export function isPlain(path: string): boolean {
  return /^[\w./+@%=~-]+$/.test(path);
}

/** Serial lines carry the job's output unchanged; a console would not, and closes at end of input. */
function streamWords(terminal: boolean): string[] {
  const { stdout, stderr, control, terminalIn, terminalOut } = STREAMS;
  return [
    'con=null',
    'con0=null,fd:1',
    ...(terminal ? [`con1=fd:${terminalIn},fd:${terminalOut}`] : []),
    'ssl=null',
    `ssl0=null,fd:${stdout}`,
    `ssl1=null,fd:${stderr}`,
    `ssl2=fd:${control},null`,
  ];
}
