import { expect, test } from 'vitest';
import { latencyVaeSpecs } from '../../detectors/tracevae/latency-vae.ts';
import { TRACEVAE_PRESETS, traceVaeConfig } from '../../detectors/tracevae/meta.ts';
import { paperDecoderSpecs, structVaeSpecs } from '../../detectors/tracevae/struct-vae.ts';
import { muchMemory, trainingBytes, weightsOf } from './model-memory.ts';
import { DEFAULT_CHOICES } from './run-choices.ts';

const OPERATIONS = 60;
const withNodes = (preset: 'tiny' | 'small' | 'paper', maxNodes: number) => {
  const { model, ...rest } = TRACEVAE_PRESETS[preset];
  return { ...rest, model: { ...model, maxNodes } };
};

test.each([
  ['tiny', 32],
  ['small', 64],
  ['paper', 32],
  ['paper', 256],
] as const)(
  'weights of %s at N_max %i are what the model has, within a tenth',
  (preset, maxNodes) => {
    const settings = withNodes(preset, maxNodes);
    const config = traceVaeConfig(settings);
    const specs = [
      ...structVaeSpecs(config, OPERATIONS, paperDecoderSpecs(config, OPERATIONS)),
      ...latencyVaeSpecs(config),
    ];
    const real = specs.reduce(
      (sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1),
      0,
    );
    expect(weightsOf(settings, OPERATIONS) / real).toBeGreaterThan(0.9);
    expect(weightsOf(settings, OPERATIONS) / real).toBeLessThan(1.1);
  },
);

test('the paper preset at N_max 256 with 16 traces is near the 2.5 GB that were measured', () => {
  const bytes = trainingBytes(withNodes('paper', 256), OPERATIONS, 16);
  expect(bytes).toBeGreaterThan(2e9);
  expect(bytes).toBeLessThan(3e9);
});

test('much memory is told with an N_max that would fit; what is usual is not told', () => {
  const choices = { ...DEFAULT_CHOICES, detectors: ['tracevae'] as const };
  expect(muchMemory({ ...choices, ...TRACEVAE_PRESETS.tiny }, OPERATIONS, 1000)).toBeNull();
  expect(muchMemory({ ...choices, ...TRACEVAE_PRESETS.paper }, OPERATIONS, 1000)).toBeNull();
  const much = muchMemory({ ...choices, ...withNodes('paper', 256) }, OPERATIONS, 1000);
  expect(much).toMatchObject({ maxNodes: 128 });
  expect(much!.bytesThen).toBeLessThan(1.5e9);
  const only = { ...choices, ...withNodes('paper', 256), detectors: ['history'] as const };
  expect(muchMemory(only, OPERATIONS, 1000)).toBeNull();
});
