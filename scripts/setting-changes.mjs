/**
 * `--set KEY=VALUE`: settings of TraceVAE by their names in the code.
 *
 * @param {readonly string[]} changes
 * @returns {Record<string, number | string>}
 */
export const settingChanges = (changes) =>
  Object.fromEntries(
    changes.map((change) => {
      const [key, value] = change.split('=');
      return [key, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  );
