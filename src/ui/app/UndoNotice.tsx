/** What was deleted last, with the way back. */
import { Button } from '../widgets/Button.tsx';
import { useUndo } from './notebook-context.ts';

export function UndoNotice() {
  const offer = useUndo((u) => u.offer);
  const undo = useUndo((u) => u.undo);
  const dismiss = useUndo((u) => u.dismiss);
  return (
    <div className="undo" role="status" aria-label="Undo">
      {offer !== null && (
        <div className="undo__offer">
          <span>{offer.words}</span>
          <Button size="small" onClick={() => void undo()}>
            Undo
          </Button>
          <Button size="small" title="Makes the deletion final" onClick={() => void dismiss()}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  );
}
