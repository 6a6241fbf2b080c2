import { LaunchError } from '../launch/launch.ts';

/**
 * The variables that the job gets beside those that the guest sets itself.
 *
 * @param wishes `NAME=VALUE`, or `NAME` to pass on the caller's own.
 * @throws {LaunchError} `ENVIRONMENT_MALFORMED`
 */
export function guestEnvironment(
  wishes: readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return { ...(own.TERM ? { TERM: own.TERM } : {}), ...wishedEnvironment(wishes, own) };
}

/** Those of them that are asked for. @throws {LaunchError} `ENVIRONMENT_MALFORMED` */
export function wishedEnvironment(
  wishes: readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const wish of wishes) {
    const cut = wish.indexOf('=');
    const name = cut < 0 ? wish : wish.slice(0, cut);
    if (name === '') throw malformed(wish);
    const value = cut < 0 ? own[name] : wish.slice(cut + 1);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

function malformed(wish: string): LaunchError {
  return new LaunchError(`Cannot set the variable "${wish}": it has no name`, {
    kind: 'usage',
    code: 'ENVIRONMENT_MALFORMED',
    hint: 'Write --env NAME=VALUE, or --env NAME to pass on your own.',
  });
}

/** Variables that programs for networks may need: ssh finds its keys by them. */
export function helperEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'SSH_AUTH_SOCK'];
  return Object.fromEntries(names.flatMap((name) => (own[name] ? [[name, own[name]]] : [])));
}
