import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import { answerOf, gauge, type Place } from '../place.ts';

export const TRACING: readonly Check[] = [
  { id: 'kit', group: 'kernel', title: "guests' programs", look: lookAtKit },
  { id: 'ptrace', group: 'kernel', title: 'ptrace', look: lookAtPtrace },
  { id: 'yama', group: 'kernel', title: 'yama', look: lookAtYama },
  { id: 'seccomp', group: 'kernel', title: 'seccomp', look: lookAtSeccomp },
];

async function lookAtKit(place: Place): Promise<Finding> {
  const tried = await gauge(place, ['true']);
  if (tried.status === 0) return ok(place.kit);
  return warn(
    `cannot be run from ${place.kit}: ${answerOf(tried)}; some things are not tried`,
    'Install apppot again, for this kind of processor and where programs may be executed.',
  );
}

/** The kernel of a guest traces each of its processes. */
async function lookAtPtrace(place: Place): Promise<Finding | undefined> {
  const tried = await gauge(place, ['ptrace']);
  if (tried.status === 0) return ok('a process may trace its children');
  if (tried.status === undefined) return undefined;
  const remedy = isFiltered(place)
    ? 'Have it allowed by the container: --security-opt seccomp=unconfined or --cap-add SYS_PTRACE.'
    : 'Ask the administrator for kernel.yama.ptrace_scope=1 at most, and no security rules against it.';
  return fail(`denied: ${answerOf(tried)}`, remedy);
}

const SCOPES = [
  'all processes of a user may trace each other',
  'a process may trace its children',
  'only administrators may trace',
  'nobody may trace',
];

/** Source: the kernel's `admin-guide/LSM/Yama.rst`. */
function lookAtYama(place: Place): Finding {
  const text = place.read('/proc/sys/kernel/yama/ptrace_scope');
  if (text === undefined) return ok('not in this kernel');
  const scope = Number(text);
  const found = `ptrace_scope is ${scope}: ${SCOPES[scope] ?? 'unknown'}`;
  if (scope <= 1) return ok(found);
  if (scope === 2 && place.caller.uid === 0) return ok(found);
  return fail(found, 'Ask the administrator for: sysctl kernel.yama.ptrace_scope=1');
}

function lookAtSeccomp(place: Place): Finding {
  const status = place.read('/proc/self/status') ?? '';
  const filters = /^Seccomp_filters:\s*(\d+)/m.exec(status)?.[1];
  switch (seccompMode(status)) {
    case 0:
      return ok('system calls are not filtered');
    case 1:
      return fail(
        'strict mode: almost no system call is allowed',
        'Run it outside of this sandbox.',
      );
    case 2:
      return warn(
        `system calls are filtered${filters === undefined ? '' : ` (${filters} filters)`}`,
        'If something fails, run it outside of this container, or with seccomp=unconfined.',
      );
    default:
      return ok('not in this kernel');
  }
}

function isFiltered(place: Place): boolean {
  return seccompMode(place.read('/proc/self/status') ?? '') === 2;
}

/** Source: proc_pid_status(5). */
function seccompMode(status: string): number | undefined {
  const mode = /^Seccomp:\s*(\d+)/m.exec(status)?.[1];
  return mode === undefined ? undefined : Number(mode);
}
