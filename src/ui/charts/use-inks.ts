/** Colours of the theme as numbers, for canvas; they follow a change of theme. */
import { type RefObject, useLayoutEffect, useState } from 'react';

export type Rgb = readonly [number, number, number];

/**
 * @param element any element on the page: the colours are asked of it
 * @param inks    CSS colours; a list that stays the same object
 */
export function useInks(element: RefObject<HTMLElement | null>, inks: readonly string[]): Rgb[] {
  const [colours, setColours] = useState<Rgb[]>([]);
  useLayoutEffect(() => {
    const read = (): void => {
      const probe = element.current;
      if (probe !== null) setColours(inks.map((ink) => resolve(probe, ink)));
    };
    read();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', read);
    const chosen = new MutationObserver(read);
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      scheme.removeEventListener('change', read);
      chosen.disconnect();
    };
  }, [element, inks]);
  return colours;
}

function resolve(probe: HTMLElement, ink: string): Rgb {
  const before = probe.style.color;
  probe.style.color = ink;
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(
    Number,
  );
  probe.style.color = before;
  return [red, green, blue];
}
