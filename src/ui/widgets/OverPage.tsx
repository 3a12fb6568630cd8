/**
 * What is said over the page, at its foot, wherever a person has scrolled: the last thing lowest.
 * The stack stands once in the page; what belongs in it may be drawn from anywhere.
 */
import { type ReactNode, useLayoutEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import './over-page.css';

const ID = 'over-page';

export function OverPageStack({ children }: { readonly children: ReactNode }) {
  return (
    <div id={ID} className="over-page">
      {children}
    </div>
  );
}

export function OverPage({ children }: { readonly children: ReactNode }) {
  const [stack, setStack] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setStack(document.getElementById(ID)), []);
  return stack !== null && createPortal(<div className="over-page__item">{children}</div>, stack);
}
