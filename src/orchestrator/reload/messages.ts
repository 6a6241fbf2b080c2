import type { OrchestratorConfig } from '../../config/orchestrator/schema.ts';
import type { Decision, PolicyView } from '../../policy/view.ts';

/** Settings without policies: these are functions, and stay in their thread. */
export type Settings = Omit<OrchestratorConfig, 'policies'>;

/** What a thread is started with. */
export interface PolicyOrder {
  /** Absolute. */
  readonly path: string;
}

export interface Question {
  readonly id: number;
  readonly view: PolicyView;
}

/** What a thread says. `begun`: it has the view, and asks the policy from now on. */
export type Answer =
  | {
      readonly kind: 'loaded';
      readonly settings: Settings;
      /** `NAME@VERSION` */
      readonly policy: string;
      /** The file and what it imports, but for packages. */
      readonly files: readonly string[];
    }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'decided'; readonly id: number; readonly decision: Decision }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string };
