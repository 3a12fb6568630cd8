/** Whether the page is as narrow as a phone, so that the most telling has to come first. */
import { useSyncExternalStore } from 'react';

const query = (): MediaQueryList => window.matchMedia('(width < 700px)');

const subscribe = (onChange: () => void): (() => void) => {
  const media = query();
  media.addEventListener('change', onChange);
  return () => media.removeEventListener('change', onChange);
};

export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => query().matches);
