/**
 * Terms of the model, which a person who looks for odd traces should meet few of before the first
 * answer, and each explained without another one.
 */
const MODEL_TERMS: readonly (readonly [string, RegExp])[] = [
  ['TraceVAE', /\bTraceVAE\b/],
  ['VAE', /\bVAEs?\b/],
  ['NLL', /\bNLL\b/],
  ['KL', /\bKL\b/],
  ['ELBO', /\bELBO\b/],
  ['epoch', /\bepochs?\b/i],
  ['latent', /\blatents?\b/i],
  ['posterior', /\bposterior\b/i],
  ['prior', /\bprior\b/i],
  ['likelihood', /\blikelihoods?\b/i],
  ['nats', /\bnats?\b/i],
  ['entropy', /\bentropy\b/i],
  ['inversion', /\binver(?:sion|ted)\b/i],
  ['reconstruction', /\breconstruct\w*/i],
  ['merged tree', /\bmerged trees?\b/i],
  ['N_max', /\bN_max\b/],
  ['z', /\bz[₂2]?\b/],
  ['σ', /σ/],
  ['std', /\bstd(?:-limit|s)?\b/i],
  ['ncnorm', /\bncnorm\b|\bnormalization\b/i],
  ['bcscale', /\bbcscale\b|\bscaling\b/i],
  ['baseline', /\bbaselines?\b/i],
  ['ablation', /\bablations?\b/i],
  ['validation', /\bvalidation\b/i],
  ['percentile', /\bpercentiles?\b/i],
  ['p99', /\bp\d\d\b/],
  ['ROC-AUC', /\bAUC\b|\bROC\b/],
  ['F-score', /\bF-score\b|\bbest F\b/i],
  ['precision', /\bprecision\b/i],
  ['recall', /\brecall\b/i],
  ['seed', /\bseeds?\b/i],
  ['preset', /\bpresets?\b/i],
  ['threshold', /\bthresholds?\b/i],
  ['score', /\bscores?\b/i],
  ['mismatched', /\bmismatch\w*/i],
  ['dispatching', /\bdispatch\w*/i],
  ['flow', /\bflow levels?\b/i],
  ['attention', /\battention\b/i],
];

/** Those that a text has. */
export const modelTermsIn = (text: string): string[] =>
  MODEL_TERMS.filter(([, pattern]) => pattern.test(text)).map(([term]) => term);
