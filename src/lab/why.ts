/** Why scores are as they are: node counts, terms, equation (5), and the inverted anomalies. */
import { perVariant, type Variant } from '../scoring/corrections/list.ts';
import { meanParts, type PartMeans, scoreParts } from '../scoring/score-parts.ts';
import { type Box, scoreBoxes } from './boxes.ts';
import { type EntropyRow, entropyRows } from './entropy-gap.ts';
import { type InvertedTrace, invertedTraces } from './inverted.ts';
import { nodePlaces } from './places.ts';
import { placeOnAxis } from './score-axis.ts';
import type { LabView } from './view.ts';

/** Under one variant and setting. */
export interface ScoreCauses {
  /** [traces] a trace's node count, spread a little so that marks part; 0 to 1 of the domain */
  readonly nodePlaces: Float32Array;
  /** Nodes at both ends of that axis. */
  readonly nodeDomain: readonly [number, number];
  /** [traces] place on the score axis, 0 at its high end, 1 at its low one */
  readonly fromTop: Float32Array;
  readonly boxes: readonly Box[];
  readonly parts: readonly PartMeans[];
  /** Of the plain NLL, as equation (5) is. */
  readonly entropy: readonly EntropyRow[];
  /** Of the plain NLL, and what lifts them under this setting; the most inverted first. */
  readonly inverted: readonly (InvertedTrace & { readonly trace: number })[];
  /** nats, of the plain NLL; null without labels */
  readonly normalMedian: number | null;
}

export const whyView: LabView<ScoreCauses> = {
  key: (variant, setting) => JSON.stringify([variant, setting]),

  compute(lab, variant, setting) {
    const { terms, rows, groups, trace, axis } = lab;
    const { scores, report } = lab.combine(variant, setting);
    const partsOf = (name: Variant): Float64Array =>
      scoreParts(lab.correct(name, setting), rows, lab.combine(name, setting).scores);
    const nll = lab.combine('nll', setting);
    const plain = partsOf('nll');
    const inverted = invertedTraces({
      terms,
      rows,
      groups,
      parts: plain,
      scores: perVariant((name) => lab.combine(name, setting).scores),
    });
    const nodes = Uint16Array.from(rows, (row) => terms.nodeCount[row]!);
    return {
      ...nodePlaces(nodes),
      fromTop: placeOnAxis(scores, axis).map((place) => 1 - place),
      boxes: scoreBoxes(scores, nodes, groups),
      parts: meanParts(variant === 'nll' ? plain : partsOf(variant), groups),
      entropy: entropyRows(terms, rows, nll.scores, groups),
      inverted:
        report.total.anomalies === 0
          ? []
          : inverted.map((one) => ({ ...one, trace: trace[one.row]! })),
      normalMedian: nll.report.inversion.normalMedian,
    };
  },
};
