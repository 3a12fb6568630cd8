/** z and z₂ of every test trace, projected on the two directions in which they vary most. */

import { useMemo, useState } from 'react';
import type { LatentPlane, LatentPlanes } from '../../../lab/places.ts';
import { stepWords } from '../../../scoring/corrections/list.ts';
import { decodeTraceId, LABEL_GROUPS, structureWords } from '../../../stores/lab/lab-view.ts';
import { useInspect, useLab } from '../../app/notebook-context.ts';
import type { MarkKind } from '../../charts/MarkCanvas.tsx';
import { ScatterPlot } from '../../charts/ScatterPlot.tsx';
import { formatCount, formatNats, formatPercent } from '../../widgets/format.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { G } from '../page/glossary.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { GROUP_KINDS, groupWords } from './lab-words.ts';

type Colouring = 'label' | 'structure' | 'score';

const GLYPHS = ['circle', 'triangle', 'diamond', 'square'] as const;

const numbered = (name: string, count: number): readonly MarkKind[] =>
  Array.from({ length: count }, (_, i) => ({
    glyph: GLYPHS[i % GLYPHS.length]!,
    ink: `var(--${name}-${i})`,
  }));

const KINDS: Readonly<Record<Colouring, readonly MarkKind[]>> = {
  label: GROUP_KINDS,
  structure: numbered('structure', 8),
  score: numbered('score', 5).map((kind) => ({ ...kind, glyph: 'circle' })),
};

const INKS: Readonly<Record<Colouring, readonly string[]>> = {
  label: KINDS.label.map(({ ink }) => ink),
  structure: KINDS.structure.map(({ ink }) => ink),
  score: KINDS.score.map(({ ink }) => ink),
};

export function LabLatent(props: LabViewProps) {
  const latent = useLab((l) => l.views.latent?.value ?? null);
  const [colouring, setColouring] = useState<Colouring>('label');
  if (!props.session.detailed) {
    return (
      <p className="quiet">
        Latent variables were not kept when this run was scored; score again to see them.
      </p>
    );
  }
  if (latent === null) return <p className="quiet">Projecting …</p>;
  const shown = { ...props, latent, colouring };
  return (
    <>
      <SegmentedControl
        label="Colour by"
        value={colouring}
        options={[
          { value: 'label', label: 'label' },
          { value: 'structure', label: 'structure' },
          { value: 'score', label: 'score' },
        ]}
        onChange={setColouring}
      />
      <Legend {...shown} />
      <div className="lab__pair">
        <Plane {...shown} name="z" plane={latent.z} />
        {latent.z2 === null ? (
          <p className="quiet">This detector has no z₂: latencies are decoded from z.</p>
        ) : (
          <Plane {...shown} name="z₂" plane={latent.z2} />
        )}
      </div>
      <p className="quiet">
        Means of the posteriors, by principal components; <G id="latent">z</G> is the same for all
        traces of one structure. A mark opens its trace.
      </p>
    </>
  );
}

interface ShownProps extends LabViewProps {
  readonly latent: LatentPlanes;
  readonly colouring: Colouring;
}

/** Words of each kind of mark under a colouring. */
function kindWords({ scored, session, latent, colouring }: ShownProps): string[] {
  const { traces } = scored.dataset.imported;
  switch (colouring) {
    case 'label':
      return LABEL_GROUPS.map((group) => groupWords(group, session.labelled));
    case 'structure':
      return latent.structures.map((one) =>
        one === null
          ? 'all other structures'
          : `${structureWords(traces, one.trace)}, ${formatCount(one.traces, 'trace')}`,
      );
    case 'score': {
      const edges = latent.scoreEdges;
      return [
        `up to ${formatNats(edges[0])}, the median`,
        `up to ${formatNats(edges[1])}, p75`,
        `up to ${formatNats(edges[2])}, p90`,
        `up to ${formatNats(edges[3])}, p99`,
        'above',
      ];
    }
  }
}

function Legend(props: ShownProps) {
  const { colouring, session } = props;
  const present = new Set(kindOf(props));
  return (
    <ul className="histogram__legend" aria-label="Marks">
      {kindWords(props).map(
        (words, i) =>
          present.has(i) && (
            <li key={words}>
              <svg className="hatch__swatch" width="12" height="12" aria-hidden="true">
                <GlyphShape kind={KINDS[colouring][i]!} />
              </svg>
              {words}
              {colouring === 'label' && (
                <span className="histogram__total">
                  {' '}
                  {formatCount(session.counts[LABEL_GROUPS[i]!])}
                </span>
              )}
            </li>
          ),
      )}
    </ul>
  );
}

function GlyphShape({ kind: { glyph, ink } }: { readonly kind: MarkKind }) {
  const style = { fill: ink };
  switch (glyph) {
    case 'circle':
      return <circle cx="6" cy="6" r="4.5" style={style} />;
    case 'square':
      return <rect x="2" y="2" width="8" height="8" style={style} />;
    case 'triangle':
      return <path d="M6 1 11 10.5H1z" style={style} />;
    case 'diamond':
      return <path d="M6 .5 11 6 6 11.5 1 6z" style={style} />;
  }
}

const kindOf = ({ session, latent, colouring }: ShownProps): Uint8Array =>
  colouring === 'label' ? session.group : latent[colouring];

interface PlaneProps extends ShownProps {
  readonly name: string;
  readonly plane: LatentPlane;
}

function Plane(props: PlaneProps) {
  const { scored, session, colouring, name, plane } = props;
  const variant = useLab((l) => l.variant);
  const inspect = useInspect((i) => i.inspect);
  const places = useMemo(() => ({ x: plane.x, y: plane.y }), [plane]);
  const kind = kindOf(props);
  const words = kindWords(props);
  const axis = (at: 0 | 1): string =>
    `component ${at + 1} (${formatPercent(plane.explained[at])} of variance)`;
  const coloured = colouring === 'score' ? `score of ${stepWords(variant)}` : colouring;
  return (
    <ScatterPlot
      title={name === 'z' ? 'z, structures' : 'z₂, latencies'}
      summary={`${name} of ${formatCount(session.traces, 'test trace')} on two principal components, coloured by ${coloured}`}
      xDomain={plane.xDomain}
      yDomain={plane.yDomain}
      xLabel={axis(0)}
      yLabel={axis(1)}
      places={places}
      kind={kind}
      kinds={KINDS[colouring]}
      inks={INKS[colouring]}
      describe={(mark) => [
        `trace ${decodeTraceId(scored.dataset.imported.traces, session.trace[mark]!)}`,
        words[kind[mark]!]!,
      ]}
      onOpen={(mark) => void inspect(session.trace[mark]!)}
    />
  );
}
