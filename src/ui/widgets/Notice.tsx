/** Something a person should know: what happened, where, and what to do about it. */
import type { ReactNode } from 'react';
import './notice.css';

export interface NoticeProps {
  readonly kind: 'error' | 'warn' | 'info';
  readonly what: ReactNode;
  readonly where?: ReactNode;
  readonly advice?: ReactNode;
  /** Screen readers say it as it comes; unless told, they do. */
  readonly announced?: boolean;
  /** Buttons. */
  readonly children?: ReactNode;
}

const NAMES = { error: 'Error', warn: 'Warning', info: 'Note' } as const;

export function Notice(props: NoticeProps) {
  const { kind, what, where, advice, announced = true, children } = props;
  const role = announced ? (kind === 'error' ? 'alert' : 'status') : undefined;
  return (
    <div className={`notice notice--${kind}`} role={role}>
      <svg className="notice__glyph" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <Glyph kind={kind} />
      </svg>
      <div className="notice__words">
        <p className="notice__what">
          <span className="said-only">{NAMES[kind]}: </span>
          {what}
        </p>
        {where && <p className="notice__where">{where}</p>}
        {advice && <p className="notice__advice">{advice}</p>}
      </div>
      {children && <div className="notice__actions">{children}</div>}
    </div>
  );
}

function Glyph({ kind }: Pick<NoticeProps, 'kind'>) {
  const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } as const;
  switch (kind) {
    case 'error':
      return <path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM8 4.5v4.2M8 10.6v1.2" {...line} />;
    case 'warn':
      return <path d="M8 2 14.7 13.7H1.3zM8 6.2v3.6M8 11v1.2" {...line} />;
    case 'info':
      return <path d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7v4.5M8 4.2v1.3" {...line} />;
  }
}
