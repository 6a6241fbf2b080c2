import type { TestProject } from 'vitest/node';
import { type Traces, traces } from './leftovers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    tracesBefore: Traces;
  }
}

/** Looks around before the first test runs. */
export default function setup(project: TestProject): void {
  project.provide('tracesBefore', traces());
}
