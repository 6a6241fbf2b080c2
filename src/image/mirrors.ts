import type { Host } from '../host/host.ts';
import { HostError } from '../host/host.ts';

const FORMAT = '$(REPO_URI) $(RELEASE) $(COMPONENT)';

/**
 * Finds the package archives that a machine's own apt uses for a release.
 *
 * @returns `deb …` lines for the release, its updates and its security archive; none when apt is
 * not there or uses another release.
 */
export async function hostMirrors(
  host: Host,
  suite: string,
  components: readonly string[],
): Promise<readonly string[]> {
  const argv = ['apt-get', 'indextargets', '--format', FORMAT, 'Created-By: Packages'];
  try {
    const { stdout } = await host.run(argv);
    return parseIndexTargets(stdout, suite, components);
  } catch (error) {
    if (error instanceof HostError) return [];
    throw error;
  }
}

/** @internal */
export function parseIndexTargets(
  text: string,
  suite: string,
  components: readonly string[],
): readonly string[] {
  const releases = [suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`];
  const lines = text
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, release = '', component = '']) =>
        releases.includes(release) && components.includes(component),
    )
    .map(([uri, release, component]) => `deb ${uri} ${release} ${component}`);
  const unique = [...new Set(lines)].toSorted();
  return unique.some((line) => line.split(' ')[2] === suite) ? unique : [];
}
