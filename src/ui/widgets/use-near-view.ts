/** Whether an element is near the visible part of the page: work for it can wait till then. */
import { type RefObject, useEffect, useState } from 'react';
import { useEverythingDrawn } from './draw-everything.ts';

/**
 * @param margin pixels around the visible part that count as near
 * @param stays  once true it stays true, for what is made once
 */
export function useNearView(
  element: RefObject<HTMLElement | null>,
  { margin, stays }: { readonly margin: number; readonly stays: boolean },
): boolean {
  const [near, setNear] = useState(false);
  const everything = useEverythingDrawn();
  const settled = near && stays;
  useEffect(() => {
    const watched = element.current;
    if (watched === null || settled) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)!.isIntersecting),
      { rootMargin: `${margin}px` },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element, settled, margin]);
  return near || everything;
}
