import type { StartPlan } from './launch.ts';
export function renderScript(plan: StartPlan): string {
  return plan.name;
}
