/** Which attributes of spans the next import keeps, remembered by the browser. */
import { DEFAULT_ATTRIBUTES, readAttributeNames } from '../../trace/kept-attributes.ts';
import type { PreferenceStorage } from '../shared/preferences-store.ts';

export {
  DEFAULT_ATTRIBUTES,
  LONGEST_ATTRIBUTE_NAME,
  MOST_ATTRIBUTES,
  readAttributeNames,
} from '../../trace/kept-attributes.ts';

export interface AttributeMemory {
  /** Their names; none where attributes are not kept. */
  names(): readonly string[];
  keep(names: readonly string[]): void;
}

const KEY = 'tracevae-notebook.kept-attributes';

export function createAttributeMemory(storage: PreferenceStorage): AttributeMemory {
  let names = read(storage);
  return {
    names: () => names,
    keep(next) {
      names = next;
      try {
        storage.setItem(KEY, JSON.stringify(names));
      } catch {
        // A full or forbidden localStorage only costs the memory of a choice.
      }
    },
  };
}

function read(storage: PreferenceStorage): readonly string[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    const isList = Array.isArray(value) && value.every((name) => typeof name === 'string');
    return isList ? readAttributeNames(value.join('\n')) : DEFAULT_ATTRIBUTES;
  } catch {
    return DEFAULT_ATTRIBUTES; // storage forbidden or garbled
  }
}
