/** A failure as the page shows it, with a way to put it away where it does not go by itself. */
import type { ReactNode } from 'react';
import type { Failure } from '../../../base/result.ts';
import { Button } from '../../widgets/Button.tsx';
import { Notice } from '../../widgets/Notice.tsx';

export interface FailureNoticeProps {
  readonly kind: 'error' | 'warn';
  readonly failure: Failure;
  readonly onDismiss?: () => void;
  /** Screen readers say it as it comes; unless told, they do. */
  readonly announced?: boolean;
  /** What else can be done about it. */
  readonly children?: ReactNode;
}

export function FailureNotice(props: FailureNoticeProps) {
  const { kind, failure, onDismiss, announced = true, children } = props;
  const { what, where, advice } = failure;
  return (
    <Notice kind={kind} what={what} where={where} advice={advice} announced={announced}>
      {children}
      {onDismiss !== undefined && (
        <Button size="small" onClick={onDismiss}>
          Dismiss
        </Button>
      )}
    </Notice>
  );
}
