/** Said of a trace that nobody recorded. */
export const SyntheticMark = () => (
  <span className="synthetic" title="An anomaly that Prepare injected into a copy of a test trace">
    synthetic
  </span>
);
