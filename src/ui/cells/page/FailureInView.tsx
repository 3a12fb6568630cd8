/**
 * A failure of the cell it stands in, which may come while a person is elsewhere on the page, as
 * where a file was dropped there: then it is said over the page too, until it is dismissed or the
 * cell comes into view.
 */
import { useEffect, useRef, useState } from 'react';
import { OverPage } from '../../widgets/OverPage.tsx';
import { FailureNotice, type FailureNoticeProps } from './FailureNotice.tsx';

export function FailureInView(props: FailureNoticeProps) {
  const { what, where } = props.failure;
  // Another failure is a new one: it may find the person elsewhere.
  return <OneFailure key={`${what} ${where}`} {...props} />;
}

function OneFailure(props: FailureNoticeProps) {
  const place = useRef<HTMLDivElement>(null);
  /** Whether the cell's own notice has been in view; null until that is known. */
  const [seen, setSeen] = useState<boolean | null>(null);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      const inView = entries.at(-1)!.isIntersecting;
      setSeen((before) => before === true || inView);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place}>
      <FailureNotice {...props} announced={seen === true} />
      {seen === false && (
        <OverPage>
          <TakesFocus>
            <FailureNotice {...props} />
          </TakesFocus>
        </OverPage>
      )}
    </div>
  );
}

/** The keys go on from what has just been said. */
function TakesFocus({ children }: { readonly children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={box} tabIndex={-1}>
      {children}
    </div>
  );
}
