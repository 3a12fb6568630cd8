/** A newer version of the page, which is loaded when a person says so. */
import type { UpdateState } from '../../stores/page/update-store.ts';
import { Button } from '../widgets/Button.tsx';
import { useUpdate } from './notebook-context.ts';

const OFFERS: Readonly<Record<UpdateState['offer'], string | null>> = {
  none: null,
  ready: 'There is a new version of the notebook. What is stored stays.',
  taken: 'Another tab has loaded a new version of the notebook; this tab still has the one before.',
};

const HELD = {
  here: 'It waits until what runs here has ended.',
  elsewhere: 'It waits until what runs in another tab has ended.',
} as const;

export function UpdateNotice() {
  const { offer, held, take, dismiss } = useUpdate((u) => u);
  const words = OFFERS[offer];
  return (
    <div className="undo" role="status" aria-label="New version">
      {words !== null && (
        <div className="undo__offer">
          <span>
            {words} {held !== null && HELD[held]}
          </span>
          <Button size="small" onClick={() => void take()}>
            Load it
          </Button>
          <Button size="small" title="It is offered again at the next visit" onClick={dismiss}>
            Later
          </Button>
        </div>
      )}
    </div>
  );
}
