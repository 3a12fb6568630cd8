/** What preparing took out of a dataset and put in, in words. */
import type { PrepareReport } from '../../../stores/prepare/prepare-store.ts';
import { type ChangeReason, preparedChanges } from '../../../stores/prepare/prepared-changes.ts';
import { formatCount, formatMs } from '../../widgets/format.ts';

export function changeWords(
  reason: ChangeReason,
  { settings, slowestMs, perGroup }: PrepareReport,
): string {
  switch (reason) {
    case 'size':
      return `fewer than 2 or more than ${settings.maxNodes} nodes (N_max)`;
    case 'slowest':
      return `the slowest ${settings.slowestPercent} %: root call above ${formatMs(slowestMs)}`;
    case 'rare':
      return `in rare groups, of fewer than ${formatCount(settings.minGroupSize, 'trace')}`;
    case 'draw':
      return perGroup === null
        ? 'left over when groups were divided'
        : `not drawn: every group gives ${formatCount(perGroup, 'trace')}`;
    case 'structure':
      return 'injected anomalies of structure: copies of test traces without some calls';
    case 'time':
      return 'injected anomalies of time: copies of test traces with slow calls';
  }
}

/** One line: how many went, how many were put in, how many there are. */
export function preparedSummary(report: PrepareReport): string {
  const changes = preparedChanges(report);
  const gone = changes.reduce((sum, { traces }) => sum + Math.max(0, -traces), 0);
  const injected = report.anomalies.structure + report.anomalies.time;
  const before = report.steps[0]!.after.traces;
  const now = report.steps.at(-1)!.after.traces;
  const parts = [
    gone === 0
      ? 'every trace kept'
      : `${formatCount(gone)} of ${formatCount(before, 'trace')} set aside`,
    ...(injected === 0
      ? []
      : [`${formatCount(injected)} injected ${injected === 1 ? 'anomaly' : 'anomalies'} put in`]),
    `${formatCount(now, 'trace')} now`,
  ];
  return `Prepared: ${parts.join(', ')}`;
}
