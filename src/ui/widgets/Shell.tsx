/**
 * The page: rail, column, inspector on demand, status bar. The page itself scrolls, so that links,
 * find-in-page and printing work as everywhere. Below 1100 px the inspector is a sheet over the
 * column, below 800 px the rail is a menu.
 */
import { type ReactNode, useRef, useState } from 'react';
import { IconButton } from './Button.tsx';
import './shell.css';

export interface ShellProps {
  /** Shown at the top of the menu bar on narrow screens. */
  readonly name: string;
  readonly rail: ReactNode;
  readonly statusBar: ReactNode;
  /** An Inspector, or null. */
  readonly inspector?: ReactNode;
  readonly children: ReactNode;
}

export function Shell({ name, rail, statusBar, inspector, children }: ShellProps) {
  const [menuOpen, setMenuOpen] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  const inspecting = inspector !== undefined && inspector !== null && inspector !== false;
  return (
    <div className={inspecting ? 'shell shell--inspecting' : 'shell'}>
      <a className="shell__skip" href="#notebook">
        Skip to the notebook
      </a>
      <header className="shell__bar">
        <IconButton
          ref={menuButton}
          icon="menu"
          label="Menu"
          aria-expanded={menuOpen}
          aria-controls="shell-rail"
          onClick={() => setMenuOpen(!menuOpen)}
        />
        <span>{name}</span>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hears links and Escape bubble, to close the menu */}
      <div
        id="shell-rail"
        className={menuOpen ? 'shell__rail shell__rail--open' : 'shell__rail'}
        onClick={(event) => {
          if ((event.target as Element).closest('a')) setMenuOpen(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !menuOpen) return;
          setMenuOpen(false);
          menuButton.current?.focus();
        }}
      >
        {rail}
      </div>
      <main id="notebook" className="shell__column" tabIndex={-1}>
        {children}
      </main>
      {inspecting && <aside className="shell__inspector">{inspector}</aside>}
      <footer className="shell__status">{statusBar}</footer>
    </div>
  );
}
