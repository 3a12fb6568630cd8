/** Copying a text to the clipboard, and saying so. */
import { type ReactNode, useEffect, useState } from 'react';
import { IconButton } from './Button.tsx';

/** How long it is said that something was copied. */
const SAID_MS = 2500;

export interface Copying {
  copy(text: string): void;
  /** The text that was copied last, for a moment; null: none. */
  readonly copied: string | null;
  /** To be drawn once: tells screen readers. */
  readonly status: ReactNode;
}

export function useCopy(): Copying {
  const [last, setLast] = useState<{ readonly text: string; readonly ok: boolean } | null>(null);
  useEffect(() => {
    if (last === null) return;
    const timer = setTimeout(() => setLast(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [last]);
  return {
    copy(text) {
      // a page without HTTPS has no clipboard, and a browser may forbid it
      const written = navigator.clipboard?.writeText(text) ?? Promise.reject();
      written.then(
        () => setLast({ text, ok: true }),
        () => setLast({ text, ok: false }),
      );
    },
    copied: last?.ok === true ? last.text : null,
    status: (
      <span role="status" className="said-only">
        {last === null
          ? ''
          : last.ok
            ? `Copied ${last.text}`
            : 'Not copied: the browser does not allow it'}
      </span>
    ),
  };
}

interface CopyButtonProps {
  readonly text: string;
  /** "Copy the trace id" */
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const { copy, copied, status } = useCopy();
  return (
    <>
      <IconButton
        icon={copied === text ? 'check' : 'copy'}
        label={copied === text ? 'Copied' : label}
        onClick={() => copy(text)}
      />
      {status}
    </>
  );
}
