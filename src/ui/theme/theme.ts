/**
 * The look of the page: fonts, tokens and plain elements, and the choice of theme.
 * Import once, before any component, so that components' rules come later and win.
 */
import './fonts.css';
import './tokens.css';
import './base.css';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** `system` follows prefers-color-scheme; the others override it on the root element. */
export function applyTheme(root: HTMLElement, choice: ThemeChoice): void {
  if (choice === 'system') delete root.dataset.theme;
  else root.dataset.theme = choice;
}
