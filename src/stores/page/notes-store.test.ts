import { expect, test } from 'vitest';
import { createFakeStorage } from '../../testing/notebook-fakes.ts';
import { createUndoStore } from '../shared/undo-store.ts';
import { createNotesStore } from './notes-store.ts';

async function setUp() {
  const { storage } = createFakeStorage();
  const undo = createUndoStore();
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `note-${ids}`;
  };
  const store = createNotesStore({ storage, undo, newId });
  await store.getState().open('dataset-1');
  const texts = () => store.getState().notes.map(({ text }) => text);
  /** Saves come one after another. */
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  const stored = async () => {
    await turn();
    const read = await storage.notes.read('dataset-1');
    return read.ok ? read.value.map(({ text }) => text) : null;
  };
  return { store, state: store.getState, undo: undo.getState, texts, stored };
}

test('Esc leaves the editor and keeps what was typed; Undo takes it back', async () => {
  const { state, undo, texts, stored } = await setUp();
  state().add('scores');
  state().type('half a tho');
  state().leave();
  expect(state().editing).toBeNull();
  expect(texts()).toEqual(['half a tho']);
  expect(await stored()).toEqual(['half a tho']);
  expect(undo().offer?.words).toBe('The note was kept as written.');
  await undo().undo();
  expect(texts()).toEqual([]);

  state().add('scores');
  state().type('first');
  state().write();
  state().edit(state().notes[0]!.id);
  state().type('second');
  state().leave();
  expect(texts()).toEqual(['second']);
  await undo().undo();
  expect(texts()).toEqual(['first']);
  expect(await stored()).toEqual(['first']);
});

test('Cancel puts the text back as it was, and Undo brings back what was typed', async () => {
  const { state, undo, texts, stored } = await setUp();
  state().add('data');
  state().type('kept');
  state().write();
  expect(undo().offer).toBeNull();
  state().edit(state().notes[0]!.id);
  state().type('kept, and much more');
  state().cancel();
  expect(texts()).toEqual(['kept']);
  expect(await stored()).toEqual(['kept']);
  await undo().undo();
  expect(texts()).toEqual(['kept, and much more']);

  state().add('data');
  state().type('new');
  state().cancel();
  expect(texts()).toEqual(['kept, and much more']);
  await undo().undo();
  expect(texts()).toEqual(['kept, and much more', 'new']);
});

test('writing another note keeps the one before', async () => {
  const { state, texts } = await setUp();
  state().add('data');
  state().type('one');
  state().add('scores');
  state().type('two');
  state().edit(state().notes[0]!.id);
  expect(texts()).toEqual(['one', 'two']);
  state().leave();
  state().add('trees');
  state().add('trees');
  expect(texts()).toEqual(['one', 'two', '']);
});

test('what is typed is stored as it is typed, so that a closed page loses nothing', async () => {
  const { state, stored } = await setUp();
  state().add('data');
  state().type('o');
  state().type('on');
  state().type('one');
  expect(await stored()).toEqual(['one']);
  await state().open(null);
  await state().open('dataset-1');
  expect(state().editing).toBeNull();
  expect(state().notes).toMatchObject([{ after: 'data', text: 'one' }]);
});

test('a note whose text is all taken out is deleted, and Undo brings it back', async () => {
  const { state, undo, texts, stored } = await setUp();
  state().add('data');
  state().type('one');
  state().write();
  state().edit(state().notes[0]!.id);
  state().type('  ');
  state().write();
  expect(texts()).toEqual([]);
  expect(await stored()).toEqual([]);
  expect(undo().offer?.words).toBe('The note was deleted.');
  await undo().undo();
  expect(texts()).toEqual(['one']);
});

test('notes that cannot be read are not written over', async () => {
  const { storage, failWith, stored } = createFakeStorage();
  const kept = [{ id: 'n', after: 'data', text: 'of a later build' }];
  await storage.notes.save('dataset-1', kept);
  failWith({ what: 'has format 9', where: 'browser storage', advice: 'a newer build' });
  const store = createNotesStore({ storage, undo: createUndoStore(), newId: () => 'new' });
  await store.getState().open('dataset-1');
  failWith(null);
  store.getState().add('data');
  store.getState().type('mine');
  store.getState().write();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(store.getState()).toMatchObject({ notes: [], locked: true });
  expect(stored().notes.get('dataset-1')).toEqual(kept);
});
