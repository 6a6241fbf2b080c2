/** Chance, passed in: of the machine's generator for secrets, or of a seed. */
export interface Random {
  /** That many bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
  /** From 0 to 1, without 1. */
  number(): number;
}
