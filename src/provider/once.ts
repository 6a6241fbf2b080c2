/** Gives whoever asks for the same thing meanwhile the same answer: two orders of one name are one. */
export interface Once<T> {
  readonly underWay: ReadonlySet<string>;
  do(name: string, work: () => Promise<T>): Promise<T>;
}

export function once<T>(): Once<T> {
  const running = new Map<string, Promise<T>>();
  return {
    get underWay() {
      return new Set(running.keys());
    },
    do: (name, work) => {
      const begun = running.get(name);
      if (begun !== undefined) return begun;
      const fresh = work().finally(() => running.delete(name));
      running.set(name, fresh);
      return fresh;
    },
  };
}
