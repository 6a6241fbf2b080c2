/**
 * The library behind the `apppot` command.
 *
 * @module
 */

export { AppPotError } from './base/errors.ts';
export type { Host } from './host/host.ts';
export { localHost } from './host/local.ts';
