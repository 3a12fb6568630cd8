/** The model as it will be trained, drawn after Figure 4 of the paper with its sizes. */
import { useId } from 'react';
import { formatCount } from '../widgets/format.ts';
import { type ArchitectureSizes, layoutArchitecture } from './architecture-layout.ts';
import { ChartFigure } from './chart-parts.tsx';
import './architecture-diagram.css';

export type { ArchitectureSizes } from './architecture-layout.ts';

export interface ArchitectureDiagramProps {
  readonly sizes: ArchitectureSizes;
  /** Null before the model was built. */
  readonly parameterCount: number | null;
}

export function ArchitectureDiagram({ sizes, parameterCount }: ArchitectureDiagramProps) {
  const id = useId();
  const { width, height, lanes, boxes, arrows, stopLabel } = layoutArchitecture(sizes);
  const parameters =
    parameterCount === null
      ? 'parameters not counted yet'
      : formatCount(parameterCount, 'parameter');
  const summary =
    `TraceVAE, ${parameters}. The structure VAE encodes calls and operations into z, of size ${sizes.latent}, ` +
    'and decodes node count, edges and operations by fully connected layers. The time VAE encodes latencies ' +
    `into z2, of size ${sizes.latent2}, and decodes them by a dispatching layer and a graph attention network. ` +
    'It reads operation embeddings without passing gradients back.';
  return (
    <ChartFigure title="TraceVAE" aside={parameters} summary={summary} className="architecture">
      <div className="architecture__scroller">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
          <defs>
            <marker
              id={`${id}-tip`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path className="architecture__tip" d="M0.5,0.5L7.5,4L0.5,7.5z" />
            </marker>
          </defs>
          {lanes.map((lane) => (
            <g key={lane.title}>
              <rect className="architecture__lane" y={lane.y} width={width} height={lane.height} />
              <text className="architecture__lane-title" x={16} y={lane.y + 24}>
                {lane.title}
              </text>
            </g>
          ))}
          {arrows.map(({ from, to, path, gradientStopped }) => (
            <path
              key={`${from} ${to}`}
              className={
                gradientStopped
                  ? 'architecture__arrow architecture__arrow--stopped'
                  : 'architecture__arrow'
              }
              d={path}
              markerEnd={`url(#${id}-tip)`}
            />
          ))}
          <text className="architecture__size" x={stopLabel.x} y={stopLabel.y}>
            yᵢ and A, gradients stopped
          </text>
          {boxes.map((box) => (
            <g key={box.id} transform={`translate(${box.x} ${box.y})`}>
              <rect
                className={`architecture__box architecture__box--${box.kind}`}
                width={box.width}
                height={box.height}
                rx={box.kind === 'latent' || box.kind === 'prior' ? box.height / 2 : 2}
              />
              <text
                className="architecture__title"
                x={box.width / 2}
                y={box.height / 2 - 4}
                textAnchor="middle"
              >
                {box.title}
              </text>
              <text
                className="architecture__size"
                x={box.width / 2}
                y={box.height / 2 + 12}
                textAnchor="middle"
              >
                {box.size}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </ChartFigure>
  );
}
