/** The frame of what is looked at on demand: a column beside the notebook, a sheet over it. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './Button.tsx';
import './inspector.css';

export interface InspectorProps {
  readonly title: ReactNode;
  /** Right of the title: the score. */
  readonly aside?: ReactNode;
  /** Small buttons left of Close: previous, next. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  /** As wide as the notebook, so that views stand side by side. */
  readonly wide?: boolean;
  readonly onWide?: (wide: boolean) => void;
  /** Changes when another thing is shown: the view then scrolls to its start. */
  readonly subject: string | number;
  readonly children: ReactNode;
}

export function Inspector(props: InspectorProps) {
  const { title, aside, actions, onClose, subject, children } = props;
  const { wide = false, onWide } = props;
  const id = useId();
  const body = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject is what it waits for
  useEffect(() => {
    body.current?.scrollTo(0, 0);
  }, [subject]);
  return (
    <section
      className={wide ? 'inspector inspector--wide' : 'inspector'}
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="inspector__head">
        <h2 id={id} className="inspector__title">
          {title}
        </h2>
        {aside !== undefined && <div className="inspector__aside">{aside}</div>}
        <div className="inspector__actions">
          {actions}
          {onWide !== undefined && (
            <IconButton
              icon={wide ? 'narrow' : 'widen'}
              label={wide ? 'Narrow the inspector' : 'Expand the inspector'}
              pressed={wide}
              onClick={() => onWide(!wide)}
            />
          )}
          <IconButton icon="close" label="Close (Esc)" onClick={onClose} />
        </div>
      </header>
      <div ref={body} className="inspector__body">
        {children}
      </div>
    </section>
  );
}
