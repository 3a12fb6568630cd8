/** Where the links of traces lead: a template that is set once, with those of the usual backends. */
import { useState } from 'react';
import { LINK_PRESETS, readLinkTemplate } from '../../../stores/shared/trace-link.ts';
import { usePreferences } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Field } from '../../widgets/Field.tsx';

export function TraceLinkField() {
  const kept = usePreferences((p) => p.traceLink);
  const setTraceLink = usePreferences((p) => p.setTraceLink);
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? kept ?? '';
  const read = readLinkTemplate(text);
  const asKept = text.trim() === (kept ?? '');
  return (
    <form
      className="trace-link"
      onSubmit={(event) => {
        event.preventDefault();
        if (!read.ok) return;
        setTraceLink(read.value);
        setDraft(null);
      }}
    >
      <Field
        label="Address of a trace"
        help="{traceId} stands for the id; {start} and {end}, a minute around the trace, for milliseconds since 1970. Kept in this browser; nothing is sent until a link is followed."
        error={text.trim() === '' || read.ok ? null : read.error}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            inputMode="url"
            spellCheck={false}
            autoComplete="off"
            className="field__input mono"
            value={text}
            onChange={(event) => setDraft(event.currentTarget.value)}
          />
        )}
      </Field>
      <div className="trace-link__acts">
        {LINK_PRESETS.map(({ label, template }) => (
          <Button key={label} size="small" onClick={() => setDraft(template)}>
            {label}
          </Button>
        ))}
        <button
          type="submit"
          className="button button--primary button--small"
          disabled={!read.ok || asKept}
        >
          Link traces
        </button>
        {kept !== null && (
          <Button
            size="small"
            icon="trash"
            onClick={() => {
              setTraceLink(null);
              setDraft(null);
            }}
          >
            No links
          </Button>
        )}
        <span role="status" className="quiet">
          {kept !== null && asKept ? 'Traces are linked.' : ''}
        </span>
      </div>
    </form>
  );
}
