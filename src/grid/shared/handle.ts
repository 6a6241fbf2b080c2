/** Names of jobs in a batch system: `NUMBER@MARK`. A name without a mark is one that never was given. */
export function numberOf(handle: string): string {
  return handle.split('@')[0] ?? '';
}

export function markOf(handle: string): string {
  return handle.split('@')[1] ?? handle;
}
