/** Copying a trace's id, and opening it in the backend that recorded it, where one is set. */

import type { TraceRow } from '../../../stores/scores/trace-list-view.ts';
import { linkOfRow } from '../../../stores/scores/trace-list-view.ts';
import { usePreferences } from '../../app/notebook-context.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { CopyButton } from '../../widgets/use-copy.tsx';

export function TraceIdTools({ row }: { readonly row: TraceRow }) {
  const template = usePreferences((p) => p.traceLink);
  const link = linkOfRow(template, row);
  return (
    <>
      <CopyButton text={row.traceId} label="Copy the trace id" />
      {link !== null && (
        <a
          className="icon-button"
          href={link}
          target="_blank"
          rel="noopener noreferrer"
          aria-label="Open in the tracing backend"
          title="Open in the tracing backend"
        >
          <Icon name="external" />
        </a>
      )}
    </>
  );
}
