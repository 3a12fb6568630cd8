/**
 * An explanation of an element, on hover and on focus: a popover in the top layer, so that no
 * scrolling box cuts it off. Escape puts it away.
 */
import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useId,
  useRef,
} from 'react';
import './term.css';

const GAP = 6;
const MARGIN = 8;

function placeBelow(popover: HTMLElement, anchor: Element): void {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.max(MARGIN, Math.min(box.left, window.innerWidth - width - MARGIN));
  const below = box.bottom + GAP;
  const fits = below + height <= window.innerHeight - MARGIN;
  popover.style.left = `${left}px`;
  popover.style.top = `${fits ? below : Math.max(MARGIN, box.top - GAP - height)}px`;
}

export interface ExplanationPopover {
  /** For the element that is explained; it must be able to take the focus. */
  readonly anchor: {
    readonly 'aria-describedby': string;
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
  /** Stands beside that element. */
  readonly popover: ReactNode;
}

export function useExplanation(text: ReactNode): ExplanationPopover {
  const id = useId();
  const popover = useRef<HTMLSpanElement>(null);
  const show = (anchor: Element) => {
    const element = popover.current;
    if (element === null || element.matches(':popover-open')) return;
    element.showPopover();
    placeBelow(element, anchor);
  };
  const hide = () => popover.current?.hidePopover();
  return {
    anchor: {
      'aria-describedby': id,
      onPointerEnter: (event) => show(event.currentTarget),
      onPointerLeave: hide,
      onFocus: (event) => show(event.currentTarget),
      onBlur: hide,
      onKeyDown: (event) => {
        if (event.key !== 'Escape' || !popover.current?.matches(':popover-open')) return;
        // Only the explanation goes: the sheet it may stand in also listens for Escape.
        event.stopPropagation();
        hide();
      },
    },
    popover: (
      <span ref={popover} id={id} popover="manual" role="tooltip" className="term__text">
        {text}
      </span>
    ),
  };
}
