/**
 * Keeps what fails while it is drawn from taking the page with it: in its place stands what failed,
 * and a way to try again. Nothing that a store holds is lost by it.
 */
import { Component, type ComponentType, lazy, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { Notice } from './Notice.tsx';

interface BoundaryProps {
  /** "The cell Scores": begins a sentence. */
  readonly what: string;
  /** Another value tries again by itself, as where other data came. */
  readonly of?: unknown;
  /** In the place of the notice; the notice is given. */
  readonly around?: (notice: ReactNode) => ReactNode;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly failed: { readonly cause: unknown; readonly of: unknown } | null;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: null };

  static getDerivedStateFromError(cause: unknown): Partial<BoundaryState> {
    return { failed: { cause, of: UNTOLD } };
  }

  static getDerivedStateFromProps(
    { of }: BoundaryProps,
    { failed }: BoundaryState,
  ): BoundaryState | null {
    if (failed === null) return null;
    if (failed.of === UNTOLD) return { failed: { ...failed, of } };
    return Object.is(failed.of, of) ? null : { failed: null };
  }

  override render(): ReactNode {
    const { what, around = (notice) => notice, children } = this.props;
    const { failed } = this.state;
    if (failed === null) return children;
    return around(
      <DrawingFailed
        what={what}
        cause={failed.cause}
        again={() => {
          if (failed.cause instanceof MissingPart) failed.cause.loadAgain();
          this.setState({ failed: null });
        }}
      />,
    );
  }
}

/** Of a failure that has just come: what it came of is not known yet. */
const UNTOLD = Symbol('untold');

interface DrawingFailedProps {
  readonly what: string;
  readonly cause: unknown;
  readonly again: () => void;
}

function DrawingFailed({ what, cause, again }: DrawingFailedProps) {
  const missing = cause instanceof MissingPart;
  return (
    <Notice
      kind="error"
      what={missing ? `${what} could not be loaded` : `${what} could not be drawn`}
      where={cause instanceof Error ? cause.message.slice(0, LONGEST_CAUSE) : undefined}
      advice={
        missing
          ? 'The page’s server did not answer: try again once it does, or reload the page. What you typed is kept.'
          : 'Try again, or reload the page; what is stored and what you typed is kept.'
      }
    >
      <Button size="small" onClick={again}>
        Try again
      </Button>
    </Notice>
  );
}

const LONGEST_CAUSE = 200;

/** A part of the page that is loaded when it is needed first, and could not be. */
class MissingPart extends Error {
  constructor(
    cause: unknown,
    readonly loadAgain: () => void,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/** As React's `lazy`, but another try loads again: `lazy` keeps a failure for ever. */
export function lazyPart<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): ComponentType<Props> {
  const begin = () =>
    lazy(() =>
      load().catch((cause: unknown) => {
        throw new MissingPart(cause, () => {
          Part = begin();
        });
      }),
    );
  let Part = begin();
  return (props: Props) => <Part {...props} />;
}
