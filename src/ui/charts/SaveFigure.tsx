/** A figure as a file: SVG or PNG, in the colours that it has now. */
import { useState } from 'react';
import { IconButton } from '../widgets/Button.tsx';
import { downloadBlob } from '../widgets/download.ts';
import { fileStem } from '../widgets/file-name.ts';
import './save-figure.css';

interface SaveFigureProps {
  /** Of the figure and the file. */
  readonly name: string;
}

const KINDS = ['SVG', 'PNG'] as const;

/** Stands within the `<figure>`, or the element with `data-figure`, that it saves. */
export function SaveFigure({ name }: SaveFigureProps) {
  const [open, setOpen] = useState(false);
  const save = async (button: Element, kind: (typeof KINDS)[number]) => {
    const figure = button.closest('figure, [data-figure]');
    if (figure === null) return;
    const { drawFigure, pngOf, svgText } = await import('./figure-svg.ts');
    const drawing = drawFigure(figure, name);
    const bytes =
      kind === 'PNG'
        ? await pngOf(drawing)
        : new Blob([svgText(drawing)], { type: 'image/svg+xml' });
    downloadBlob(`${fileStem(name)}.${kind.toLowerCase()}`, bytes);
    setOpen(false);
  };
  return (
    <span className="save-figure">
      {open &&
        KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            className="save-figure__kind"
            aria-label={`Save ${name} as ${kind}`}
            onClick={(event) => void save(event.currentTarget, kind)}
          >
            {kind}
          </button>
        ))}
      <IconButton
        icon="download"
        label={`Save figure: ${name}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
    </span>
  );
}
