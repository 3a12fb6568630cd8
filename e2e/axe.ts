/** What axe finds on a page that is serious or critical, in both themes. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const THEMES = ['light', 'dark'] as const;

/**
 * Serious and critical findings, each a line. All rules in one theme; in the other only what
 * colours decide.
 *
 * @param part a selector, where only a part of the page is new
 */
export async function findings(page: Page, part = 'html'): Promise<string[]> {
  const found: string[] = [];
  for (const theme of THEMES) {
    // As the theme switch does it, without leaving what is open.
    await page.evaluate((chosen) => {
      document.documentElement.dataset.theme = chosen;
    }, theme);
    // The page has no frames: without looking for them, and without a selector for everything
    // that passes, axe takes a third of the time.
    const axe = new AxeBuilder({ page }).include(part).options({ resultTypes: ['violations'] });
    axe.setLegacyMode();
    if (theme === 'dark') axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      for (const { target, failureSummary } of nodes) {
        found.push(`${theme}: ${id} at ${target.join(' ')}: ${failureSummary}`);
      }
    }
  }
  return found;
}
