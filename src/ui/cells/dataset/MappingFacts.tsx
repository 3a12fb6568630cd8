/**
 * Asks which columns say what a span carries: its status, its kind, and the attributes that are kept.
 * Folded, because traces come out the same without.
 */
import { useState } from 'react';
import type { MappedFacts } from '../../../stores/dataset/mapping-memory.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Select } from '../../widgets/Select.tsx';
import { cellsOf, columnName, columnOptions, FACT_WORDS } from './mapping-words.ts';

interface MappingFactsProps {
  readonly header: readonly string[];
  readonly facts: MappedFacts;
  readonly onChange: (facts: MappedFacts) => void;
}

export function MappingFacts({ header, facts, onChange }: MappingFactsProps) {
  const [isOpen, setOpen] = useState(false);
  const found = cellsOf(facts)
    .filter(({ cell }) => cell >= 0)
    .map(({ cell }) => columnName(header[cell]!, cell));
  const summary = `Status, kind and attributes: ${found.join(', ') || 'none'}`;
  return (
    <Disclosure summary={summary} open={isOpen} onToggle={setOpen}>
      <p className="mapping__words mapping__words--above">
        Lists can be narrowed by these; no detector needs them. Which attributes are kept is set in
        the Data cell.
      </p>
      <div className="mapping__roles">
        {(['status', 'kind'] as const).map((fact) => (
          <Select
            key={fact}
            label={FACT_WORDS[fact]}
            value={String(facts[fact])}
            options={columnOptions(header, 'none')}
            onChange={(cell) => onChange({ ...facts, [fact]: Number(cell) })}
          />
        ))}
        {Object.entries(facts.attributes).map(([name, cell]) => (
          <Select
            key={name}
            label={name}
            value={String(cell)}
            options={columnOptions(header, 'none')}
            onChange={(chosen) =>
              onChange({ ...facts, attributes: { ...facts.attributes, [name]: Number(chosen) } })
            }
          />
        ))}
      </div>
    </Disclosure>
  );
}
