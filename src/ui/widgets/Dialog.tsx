/**
 * A question that the page cannot go on without: a modal dialog. The browser keeps the focus inside
 * it and gives it back afterwards; Escape answers "no".
 */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';

export interface DialogProps {
  readonly title: ReactNode;
  readonly onCancel: () => void;
  readonly children: ReactNode;
  /** Buttons, the main one last. */
  readonly actions: ReactNode;
}

export function Dialog({ title, onCancel, children, actions }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        // Whether it closes is decided by what the answer changes, not by the key.
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 id={id} className="dialog__title">
        {title}
      </h2>
      <div className="dialog__body">{children}</div>
      <div className="dialog__actions">{actions}</div>
    </dialog>
  );
}
