import type { Check } from './check.ts';
import { BOOT } from './checks/boot.ts';
import { FILES } from './checks/files.ts';
import { IMAGE } from './checks/image.ts';
import { KERNEL } from './checks/kernel.ts';
import { KVM } from './checks/kvm.ts';
import { LIMITS } from './checks/limits.ts';
import { MEMORY } from './checks/memory.ts';
import { NETWORK } from './checks/network.ts';
import { SAFETY } from './checks/safety.ts';
import { SURROUNDINGS } from './checks/surroundings.ts';
import { TOOLS } from './checks/tools.ts';
import { TRACING } from './checks/tracing.ts';

/** In the order of their lines within each group. */
export const CHECKS: readonly Check[] = [
  ...KERNEL,
  ...TRACING,
  ...KVM,
  ...MEMORY,
  ...FILES,
  ...IMAGE,
  ...TOOLS,
  ...NETWORK,
  ...SAFETY,
  ...LIMITS,
  ...SURROUNDINGS,
];

/** They start guests, one after the other. */
export const TRIALS: readonly Check[] = BOOT;
