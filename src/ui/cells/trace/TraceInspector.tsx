/**
 * One trace: what is odd about it in a sentence, its spans over time next to what is usual, and what
 * is of the model alone on demand.
 */
import { useMemo, useState } from 'react';
import { syntheticFrom } from '../../../stores/prepare/synthetic.ts';
import {
  oddWords,
  placeInList,
  rowOfTrace,
  traceRow,
} from '../../../stores/scores/trace-list-view.ts';
import {
  decodeTraceId,
  scoreStanding,
  type TraceLook,
} from '../../../stores/trace/trace-look-store.ts';
import { useDataset, useInspect, useTraceLook } from '../../app/notebook-context.ts';
import { TraceWaterfall } from '../../charts/TraceWaterfall.tsx';
import { IconButton } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { ellipsisMiddle, formatCount } from '../../widgets/format.ts';
import { Inspector } from '../../widgets/Inspector.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { type Scored, useListed, useScored } from '../scores/scored.tsx';
import { NearestNormal } from './NearestNormal.tsx';
import { RecordedSpans } from './RecordedSpans.tsx';
import { TraceFacts } from './TraceFacts.tsx';
import { TraceIdTools } from './TraceIdTools.tsx';
import { TraceModel } from './TraceModel.tsx';
import { WhatIf } from './WhatIf.tsx';

export function TraceInspector({ trace }: { readonly trace: number }) {
  const scored = useScored();
  const { close, moveTrace, setNode: setHovered, node: hovered } = useInspect((i) => i);
  const list = useListed(scored);
  const [wide, setWide] = useState(false);
  const row = useMemo(() => {
    if (scored === null || list === null) return null;
    const at = rowOfTrace(list, trace);
    return at === null ? null : traceRow(scored.dataset.imported.traces, list, at);
  }, [scored, list, trace]);
  const [of, order] = [list?.of, list?.order];
  const at = useMemo(
    () => (of === undefined || order === undefined ? -1 : placeInList(of, order, trace)),
    [of, order, trace],
  );
  const dataset = useDataset((d) => d.dataset);
  const { look, failure, showsModel, setShowsModel } = useTraceLook((l) => l);
  if (dataset === null) return null;
  const { traces } = dataset.imported;
  const shown = list?.order.length ?? 0;
  return (
    <Inspector
      title={`Trace ${ellipsisMiddle(decodeTraceId(traces, trace), 12)}`}
      aside={row?.flagged === true ? '⚑ flagged' : undefined}
      subject={trace}
      onClose={close}
      wide={wide}
      onWide={setWide}
      actions={
        <>
          {row !== null && <TraceIdTools row={row} />}
          <IconButton
            icon="previous"
            label="Previous trace"
            aria-disabled={at <= 0}
            onClick={() => void moveTrace(-1)}
          />
          <IconButton
            icon="next"
            label="Next trace"
            aria-disabled={shown === 0 || at === shown - 1}
            onClick={() => void moveTrace(1)}
          />
        </>
      }
    >
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
      {look !== null && (
        <div
          className={look.trace === trace ? undefined : 'inspector-before'}
          aria-busy={look.trace !== trace}
        >
          <p className="inspector-finding">
            <strong>{row === null ? look.says : oddWords(row, look.oddities)}</strong>{' '}
            {row !== null && scored !== null && (
              <span className="quiet">{standingOf(scored, row.score)}</span>
            )}
          </p>
          <TraceFacts
            traces={traces}
            trace={look.trace}
            waterfall={look.waterfall}
            row={row}
            isSynthetic={look.trace >= syntheticFrom(dataset)}
          />
          <section className="inspector-section" aria-label="Waterfall and usual ranges">
            <TraceWaterfall waterfall={look.waterfall} hovered={hovered} onHover={setHovered} />
            <p className="quiet">{referenceWords(look)}</p>
          </section>
        </div>
      )}
      {scored !== null && <NearestNormal scored={scored} trace={trace} />}
      {scored !== null && <WhatIf scored={scored} trace={trace} />}
      {scored !== null && (
        <Disclosure summary="How the model sees it" open={showsModel} onToggle={setShowsModel}>
          <TraceModel scored={scored} trace={trace} reason={row?.says ?? null} score={row?.score} />
        </Disclosure>
      )}
      {look !== null && look.trace === trace && <RecordedSpans look={look} />}
    </Inspector>
  );
}

/** "Its score is higher than 349 of 350 validation traces." */
function standingOf({ chosen, run }: Scored, score: number): string {
  const words = scoreStanding(chosen, run.settings.scored === 'all', score);
  return words === '' ? '' : `Its score is ${words}.`;
}

const referenceWords = ({ reference, others }: TraceLook): string =>
  reference === 'all'
    ? `Compared with ${formatCount(others, 'other trace')}.`
    : `Compared with ${formatCount(others, 'training trace')}.`;
