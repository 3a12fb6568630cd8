/** What the page runs on, and that nothing left it. */
import { useEffect } from 'react';
import { backendWords } from '../cells/run/backend-words.ts';
import { formatBytes, formatCount } from '../widgets/format.ts';
import { StatusBar, type StatusItem } from '../widgets/StatusBar.tsx';
import { useEnvironment, usePreferences } from './notebook-context.ts';

const REFRESH_MS = 2000;

export function NotebookStatusBar() {
  const { backend, backendFailure, isolated, storage, heapBytes, foreignRequests, refresh } =
    useEnvironment((e) => e);
  useEffect(() => {
    const timer = setInterval(() => void refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  // what computes is read by a researcher, and by an engineer only where it fails
  const isResearcher = usePreferences((p) => p.reader === 'researcher');
  const items: StatusItem[] = [];
  if (backendFailure !== null) {
    items.push({
      key: 'backend',
      text: 'no backend',
      title: `${backendFailure.what}; ${backendFailure.advice}`,
      tone: 'danger',
    });
  } else if (isResearcher) {
    items.push({
      key: 'backend',
      text: backend === null ? 'backend: starting' : backendWords(backend),
      ...(backend === null ? {} : { title: backend.reason }),
    });
  }
  if (!isolated) {
    items.push({
      key: 'isolation',
      text: 'not cross-origin isolated: one thread',
      title:
        'This host sends no COOP and COEP headers, so WASM cannot use threads. Everything works, more slowly. The copy that the browser keeps for use offline has them: open the page once more.',
      tone: 'warn',
    });
  }
  if (heapBytes !== null && isResearcher) {
    items.push({ key: 'heap', text: `page heap ${formatBytes(heapBytes)}` });
  }
  if (storage !== null) {
    items.push({
      key: 'stored',
      text: `${formatBytes(storage.usedBytes)} stored${storage.persistent || !isResearcher ? '' : ' (the browser may delete it)'}`,
      title: storage.persistent
        ? `The browser keeps it until you delete it. Room: ${formatBytes(storage.quotaBytes)}.`
        : `The browser may delete it when the disk is full. Room: ${formatBytes(storage.quotaBytes)}.`,
    });
  }
  return (
    <StatusBar
      items={items}
      end={
        <span title="Requests to any other origin since the page was opened">
          {formatCount(foreignRequests, 'request')} sent elsewhere
        </span>
      }
    />
  );
}
