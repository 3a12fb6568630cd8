import { expect, test } from 'vitest';
import { TEST_BACKENDS } from '../testing/backends.ts';
import { describeBaselineContract } from '../testing/detector-contract.ts';
import { smallSettings } from '../testing/small-tracevae.ts';
import { BASELINES, baselineConfigs, isStatistic } from './catalog.ts';
import { DETECTORS } from './registry.ts';

const tiny = baselineConfigs('tiny');
const settings = {
  ...smallSettings(3),
  baselines: {
    ...tiny,
    'lstm-ad': { ...tiny['lstm-ad'], units: 6, embedding: 4, latent: 3, samples: 4 },
    'trace-anomaly': { ...tiny['trace-anomaly'], hidden: 8, latent: 4, flowHidden: 6 },
    crisp: { ...tiny.crisp, hidden: 8, latent: 4, flowLevels: 0 },
    vgae: { ...tiny.vgae, samples: 4 },
  },
};

for (const backend of TEST_BACKENDS) {
  for (const { id, label, gives, settings: own } of BASELINES) {
    describeBaselineContract(label, backend, {
      fit: (data, context) => DETECTORS[id].fit(data, settings, context),
      restore: (operations, weights) => DETECTORS[id].restore(settings, operations, weights),
      hasCurve: own.some(({ key }) => key === 'learningRate'),
      fitsOneStructure: isStatistic(id),
      terms: gives.kind === 'score' ? gives.terms : [],
    });
  }
}

test('settings have distinct labels and bounds that hold every preset', () => {
  for (const { settings: own, presets } of BASELINES) {
    expect(new Set(own.map(({ label }) => label)).size).toBe(own.length);
    for (const preset of Object.values(presets)) {
      const values = new Map<string, number | string>(Object.entries(preset));
      for (const setting of own) {
        const value = values.get(setting.key);
        if ('options' in setting) {
          expect(setting.options.map((option) => option.value)).toContain(value);
          continue;
        }
        expect(value).toBeGreaterThanOrEqual(setting.min);
        expect(value).toBeLessThanOrEqual(setting.max);
      }
    }
  }
});
