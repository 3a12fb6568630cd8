/**
 * Which rows of a long list are in sight. Browsers cap the height of an element (about 17 million
 * pixels in Firefox), so beyond a limit the scroll bar is scaled: its whole way still covers all
 * rows, and a pixel of scrolling moves more than a pixel of rows.
 */
export const MAX_SCROLL_HEIGHT = 12_000_000;

export interface ListGeometry {
  readonly rowCount: number;
  readonly rowHeight: number;
  /** Height of the part that shows rows. */
  readonly viewHeight: number;
}

export interface RowWindow {
  /** First row in sight, and one after the last. */
  readonly start: number;
  readonly end: number;
  /** Pixels from the top of the view to the first row; zero or negative. */
  readonly offset: number;
}

export const scrollHeight = ({ rowCount, rowHeight }: ListGeometry): number =>
  Math.min(rowCount * rowHeight, MAX_SCROLL_HEIGHT);

/** Pixels of rows that a pixel of scrolling moves; 1 unless the list is very long. */
function scrollScale(list: ListGeometry): number {
  const way = scrollHeight(list) - list.viewHeight;
  return way <= 0 ? 1 : (list.rowCount * list.rowHeight - list.viewHeight) / way;
}

export function rowWindow(list: ListGeometry, scrollTop: number): RowWindow {
  const { rowCount, rowHeight, viewHeight } = list;
  const last = Math.max(0, rowCount * rowHeight - viewHeight);
  const top = Math.min(last, Math.max(0, scrollTop * scrollScale(list)));
  const start = Math.min(Math.floor(top / rowHeight), Math.max(0, rowCount - 1));
  const end = Math.min(rowCount, Math.ceil((top + viewHeight) / rowHeight) + 1);
  return { start, end, offset: start * rowHeight - top };
}

/** Where to scroll so that the row is whole in sight; the same place where it already is. */
export function scrollTopFor(list: ListGeometry, row: number, scrollTop: number): number {
  const scale = scrollScale(list);
  const top = scrollTop * scale;
  const first = row * list.rowHeight;
  if (first < top) return first / scale;
  const bottom = first + list.rowHeight - list.viewHeight;
  return bottom > top ? bottom / scale : scrollTop;
}

/** The row that a key moves to, or null for keys that mean nothing here. */
export function rowAfterKey(
  key: string,
  row: number,
  { rowCount, rowHeight, viewHeight }: ListGeometry,
): number | null {
  const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
  const goals: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: rowCount - 1,
  };
  const goal = goals[key];
  return goal === undefined ? null : Math.max(0, Math.min(rowCount - 1, goal));
}
