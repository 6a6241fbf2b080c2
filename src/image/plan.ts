import type { Recipe } from '../config/recipe.ts';
import { digestOfData } from './digest.ts';
import type { GuestEntry } from './entry.ts';
import { type GuestKit, guestEntries, packagesOf } from './guest.ts';

/** Changes of how a stage works get a new number here: older cached results are then not reused. */
const ENGINE = 1;

/** What a build depends on besides its recipe. */
export interface BuildFacts {
  readonly kit: GuestKit;
  /** Archives for recipes that name none; none: those that mmdebstrap knows by itself. */
  readonly mirrors: readonly string[];
  /** Debian's name of the processor: `amd64`. */
  readonly arch: string;
  /** SOURCE_DATE_EPOCH in seconds: no file of the image is younger. Undefined: times stay as they are. */
  readonly epoch: number | undefined;
}

/** A build as data: each stage turns the result of the one before it into its own. */
export interface BuildPlan {
  readonly recipe: { readonly name: string; readonly digest: string };
  readonly suite: string;
  readonly arch: string;
  readonly epoch: number | undefined;
  readonly bootstrap: BootstrapStage;
  readonly assemble: AssembleStage;
  readonly runs: readonly RunStage[];
}

interface Keyed {
  /** SHA-256 of everything that the stage's result depends on. */
  readonly key: string;
}

/** Packages → tar archive of a root filesystem. */
export interface BootstrapStage extends Keyed {
  readonly suite: string;
  readonly mirrors: readonly string[];
  readonly components: readonly string[];
  readonly packages: readonly string[];
  readonly arch: string;
}

/** Tar archive and guest files → filesystem image. */
export interface AssembleStage extends Keyed {
  readonly entries: readonly GuestEntry[];
  /** Bytes, or what the files need and room to grow. */
  readonly size: number | 'auto';
}

/** Image → image in which a script has run as root. */
export interface RunStage extends Keyed {
  readonly script: string;
}

export function planBuild(recipe: Recipe, { kit, mirrors, arch, epoch }: BuildFacts): BuildPlan {
  const packages = {
    suite: recipe.suite,
    mirrors: recipe.mirrors.length > 0 ? recipe.mirrors : mirrors,
    components: recipe.components,
    packages: packagesOf(recipe),
    arch,
  };
  const bootstrap = { ...packages, key: digestOfData({ ENGINE, epoch, ...packages }) };
  const contents = { entries: guestEntries(recipe, kit), size: recipe.size };
  const assemble = { ...contents, key: digestOfData({ below: bootstrap.key, ...contents }) };
  return {
    recipe: { name: recipe.name, digest: digestOfData(recipe) },
    suite: recipe.suite,
    arch,
    epoch,
    bootstrap,
    assemble,
    runs: planRuns(recipe.run, assemble.key),
  };
}

function planRuns(scripts: readonly string[], below: string): readonly RunStage[] {
  const stages: RunStage[] = [];
  for (const script of scripts) {
    stages.push({ script, key: digestOfData({ below: stages.at(-1)?.key ?? below, script }) });
  }
  return stages;
}
