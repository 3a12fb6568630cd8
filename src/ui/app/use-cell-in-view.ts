/** Which cell a person reads: the last one whose head is above the middle of the screen. */
import { useEffect, useState } from 'react';

export function useCellInView(): string | null {
  const [id, setId] = useState<string | null>(null);
  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const cells = Array.from(document.querySelectorAll('.cell'));
      const middle = window.innerHeight / 2;
      setId(cells.findLast((cell) => cell.getBoundingClientRect().top < middle)?.id ?? null);
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    soon();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, []);
  return id;
}
