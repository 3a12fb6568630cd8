/** Before training starts: that it will take much memory, and what would fit. */
import { muchMemory } from '../../../stores/run/model-memory.ts';
import { useDataset, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatBytes } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';

export function MemoryEstimate() {
  const choices = useRuns((r) => r.choices);
  const configure = useRuns((r) => r.configure);
  const traces = useDataset((d) => d.dataset?.imported.traces ?? null);
  if (traces === null) return null;
  const much = muchMemory(choices, traces.operations.length, traces.structureOf.length);
  if (much === null) return null;
  const { bytes, maxNodes, bytesThen } = much;
  return (
    <Notice
      kind="warn"
      what={`Training with these settings takes about ${formatBytes(bytes)} of memory.`}
      advice={
        maxNodes === null
          ? 'Fewer units per head or a smaller batch take less; the browser may not give so much.'
          : `The browser may not give so much. A largest tree of ${maxNodes} nodes takes about ${formatBytes(bytesThen)}.`
      }
    >
      {maxNodes !== null && (
        <Button size="small" onClick={() => configure('model', { maxNodes })}>
          Take {maxNodes}
        </Button>
      )}
    </Notice>
  );
}
