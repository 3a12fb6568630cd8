/** Whether this page is the only one of the notebook: only then may it sweep what another could undo. */

/** Held by every page for as long as it is there. */
const PAGE_LOCK = 'tracevae-notebook.page';

let held = false;

export async function isAlone(): Promise<boolean> {
  const { locks } = navigator;
  if (locks === undefined) return true;
  try {
    if (!held) {
      held = true;
      await new Promise<void>((resolve, reject) => {
        locks
          .request(PAGE_LOCK, { mode: 'shared' }, () => {
            resolve();
            return new Promise(() => {}); // until the page goes
          })
          .catch(reject);
      });
    }
    const { held: all = [] } = await locks.query();
    return all.filter(({ name }) => name === PAGE_LOCK).length <= 1;
  } catch {
    return true; // locks are forbidden with all other site data
  }
}
