/** What a column of a table is, and how rows are sorted by one. */
import type { ReactNode } from 'react';

export interface TableColumn {
  readonly key: string;
  /** Words; no buttons or terms, as the title itself may be a button. */
  readonly title: ReactNode;
  /** Explanation of the title, on hover and focus. */
  readonly explain?: ReactNode;
  /** A grid track: "120px", "minmax(160px, 2fr)". */
  readonly width: string;
  readonly align?: 'start' | 'end';
  readonly sortable?: boolean;
  readonly mono?: boolean;
  readonly render: (row: number) => ReactNode;
}

export interface TableSort {
  readonly key: string;
  readonly direction: 'ascending' | 'descending';
}
