/**
 * Bringing files in: the whole page takes a drop, and a button opens the file dialogue.
 * A dropped folder gives the files in it.
 */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { GivenFiles } from '../../stores/dataset/given-files.ts';
import { Button, type ButtonProps } from './Button.tsx';
import { filesOf } from './dropped-files.ts';
import './file-drop.css';

/** True while files are held over the page. */
export function useFileDrop(onFiles: (files: File[] | GivenFiles) => void): boolean {
  const [over, setOver] = useState(false);
  const handler = useRef(onFiles);
  useEffect(() => {
    handler.current = onFiles;
  });
  // Before the page is first painted: a file that falls on it then would be opened in its place.
  useLayoutEffect(() => {
    // Enter and leave fire for every element crossed, so they are counted.
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const allow = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (event.dataTransfer === null) return;
      // At once where there is no folder: a promise would cost the drop its turn.
      const files = filesOf(event.dataTransfer);
      if (!Array.isArray(files)) void files.then((given) => handler.current(given));
      else if (files.length > 0) handler.current(files);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', allow);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', allow);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

export interface DropOverlayProps {
  readonly visible: boolean;
  readonly children: ReactNode;
}

/** Covers the page while files are held over it. */
export function DropOverlay({ visible, children }: DropOverlayProps) {
  if (!visible) return null;
  return (
    <div className="drop-overlay" role="status">
      <p className="drop-overlay__words">{children}</p>
    </div>
  );
}

export interface FilePickerProps
  extends Pick<ButtonProps, 'variant' | 'size' | 'shortcut' | 'disabled' | 'children'> {
  readonly onFiles: (files: File[]) => void;
  /** As of <input accept>. */
  readonly accept?: string;
  readonly multiple?: boolean;
}

export function FilePicker({ onFiles, accept, multiple = true, ...button }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="upload" {...button} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          const files = Array.from(event.currentTarget.files ?? []);
          // The same file may be picked again, after it was changed on disk.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}

/** Opens the file dialogue without a button; empty where it was cancelled. */
export const pickFiles = (): Promise<File[]> =>
  new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.onchange = () => resolve(Array.from(input.files ?? []));
    input.oncancel = () => resolve([]);
    input.click();
  });

export interface DropZoneProps {
  /** The words, and a FilePicker. */
  readonly children: ReactNode;
  readonly active?: boolean;
}

/** The visible place to drop on; the drop itself is taken anywhere on the page. */
export function DropZone({ children, active = false }: DropZoneProps) {
  return <div className={active ? 'drop-zone drop-zone--active' : 'drop-zone'}>{children}</div>;
}
