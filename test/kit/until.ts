const LIMIT_MS = 120_000;
const PAUSE_MS = 100;

/**
 * Waits for something to be so, asking again and again.
 *
 * @param what Tells it in a failure: "the job is over".
 * @param log What to print when it does not come true within two minutes.
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  log: () => string = () => '',
): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`In vain waited until ${what}\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
