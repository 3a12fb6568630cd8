/** A name of parts, "service/operation", that breaks between them before it breaks within one. */
import { Fragment } from 'react';

export function BreakingName({ name }: { readonly name: string }) {
  return name.split('/').map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a name stay in their order
    <Fragment key={i}>
      {i > 0 && (
        <>
          /<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}
