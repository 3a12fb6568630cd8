/** The page's keys, and the dialogs that two of them open. */
import { Suspense, useEffect } from 'react';
import { Boundary, lazyPart } from '../widgets/Boundary.tsx';
import { Button } from '../widgets/Button.tsx';
import { Dialog } from '../widgets/Dialog.tsx';
import { OverPage } from '../widgets/OverPage.tsx';
import { onPageKey, PAGE_KEYS, type PageDialog } from './keys.ts';
import { useNotebook } from './notebook-context.ts';

const CommandPalette = lazyPart(() => import('./CommandPalette.tsx'));

interface PageDialogsProps {
  readonly open: PageDialog | null;
  readonly setOpen: (dialog: PageDialog | null) => void;
}

export function PageDialogs({ open, setOpen }: PageDialogsProps) {
  const notebook = useNotebook();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const dialog = onPageKey(event, notebook);
      if (dialog !== null) setOpen(dialog);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [notebook, setOpen]);
  const close = () => setOpen(null);
  return (
    <>
      {open === 'keys' && <KeysDialog onClose={close} />}
      {open === 'commands' && (
        <Boundary
          what="The list of commands"
          around={(notice) => (
            <OverPage>
              {notice}
              <Button size="small" onClick={close}>
                Close
              </Button>
            </OverPage>
          )}
        >
          <Suspense>
            <CommandPalette onClose={close} onKeys={() => setOpen('keys')} />
          </Suspense>
        </Boundary>
      )}
    </>
  );
}

/** For those who have not found the keys yet. */
export function PageButtons({ setOpen }: Pick<PageDialogsProps, 'setOpen'>) {
  return (
    <div className="page-buttons">
      <Button size="small" icon="search" onClick={() => setOpen('commands')}>
        Commands
      </Button>
      <Button size="small" icon="help" onClick={() => setOpen('keys')}>
        Keys
      </Button>
    </div>
  );
}

function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog
      title="Keys"
      onCancel={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <dl className="page-keys">
        {PAGE_KEYS.map(({ keys, words }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
