import { renderPlan } from '../launch/render.ts';
import { quote } from '../launch/shell.ts';
import type { ClusterPlan } from './plan.ts';

/** The plan for people: each guest, and what runs it. */
export function renderCluster({ guests }: ClusterPlan): string {
  return guests
    .map((guest) =>
      'plan' in guest
        ? `${guest.name}\n${indent(renderPlan(guest.plan))}`
        : `${guest.name}\n${indent(`host           ${guest.host}\nruns           ${guest.argv.map(quote).join(' ')}`)}`,
    )
    .join('\n');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
