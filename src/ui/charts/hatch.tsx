/** A second cue beside colour: plain, slanted, counter-slanted and dotted fills, one per label. */
import { useId } from 'react';
import { type Tone, toneFill, toneInk } from './tones.ts';
import './hatch.css';

const TONES: readonly Tone[] = ['plain', 'accent', 'normal', 'structure', 'time', 'mismatched'];

const TURNS: Partial<Record<Tone, string>> = { structure: 'rotate(45)', time: 'rotate(-45)' };
const WASH: Readonly<Record<Tone, number>> = {
  plain: 0.3,
  accent: 0.3,
  normal: 0.35,
  structure: 0.35,
  time: 0.35,
  mismatched: 0.25,
};

/** Value of `fill` for a tone, given the id that {@link HatchDefs} has. */
export const hatch = (id: string, tone: Tone): string => `url(#${id}-${tone})`;

export interface HatchDefsProps {
  readonly id: string;
  readonly tones?: readonly Tone[];
}

/** Patterns for one SVG; ids are unique to it. */
export function HatchDefs({ id, tones = TONES }: HatchDefsProps) {
  return (
    <defs>
      {tones.map((tone) => (
        <pattern
          key={tone}
          id={`${id}-${tone}`}
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform={TURNS[tone]}
          style={{ color: toneInk(tone) }}
        >
          <rect width="6" height="6" style={{ fill: toneFill(tone), fillOpacity: WASH[tone] }} />
          {tone === 'mismatched' ? (
            <circle cx="3" cy="3" r="1.2" fill="currentColor" />
          ) : (
            tone in TURNS && <line y2="6" x1="3" x2="3" stroke="currentColor" strokeWidth="1.4" />
          )}
        </pattern>
      ))}
      <pattern
        id={`${id}-inverted`}
        width="7"
        height="7"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect className="hatch__inverted-wash" width="7" height="7" />
        <line className="hatch__inverted-line" x1="3.5" x2="3.5" y2="7" />
      </pattern>
    </defs>
  );
}

/** The same fill as a small square, for legends and table cells. */
export function Swatch({ tone }: { readonly tone: Tone }) {
  const id = useId();
  return (
    <svg className="hatch__swatch" width="14" height="10" aria-hidden="true">
      <HatchDefs id={id} tones={[tone]} />
      <rect
        x="0.75"
        y="0.75"
        width="12.5"
        height="8.5"
        style={{ fill: hatch(id, tone), stroke: toneInk(tone) }}
        strokeWidth="1.5"
      />
    </svg>
  );
}
