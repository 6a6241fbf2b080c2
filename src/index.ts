/**
 * The library behind the `apppot` command.
 *
 * @module
 */

export { AppPotError } from './base/errors.ts';
export type { Host } from './host/host.ts';
export { localHost } from './host/local.ts';
export { type Caller, LaunchError, type StartPlan } from './launch/launch.ts';
export { planStart, type StartRequest, type Surroundings } from './launch/plan.ts';
export { type RunOptions, type RunResult, runStart } from './launch/run.ts';
export { renderScript } from './launch/script.ts';
export * from './orchestrator/reload/kit.ts';
export { type Base, recordBase } from './snap/base.ts';
export { writeBundle } from './snap/bundle.ts';
export { SnapError } from './snap/errors.ts';
export { mergeBundle } from './snap/merge.ts';
export { changesBetween, changesSince } from './snap/ways.ts';
export { openImage } from './tree/ext4/image.ts';
export { liveTree } from './tree/live.ts';
export { openManifest } from './tree/manifest.ts';
export { type Entry, type Tree, TreeError } from './tree/tree.ts';
