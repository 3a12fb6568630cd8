/** What the notebook is: at its head, or where an engineer has nothing else to read yet. */
export const Intro = () => (
  <p>
    Train{' '}
    <a href="https://doi.org/10.1145/3543507.3583215" rel="noreferrer" target="_blank">
      TraceVAE
    </a>
    , a graph VAE for unsupervised anomaly detection on microservice traces (WWW ’23), on your own
    traces in this page, and see which are odd and why. Nothing leaves the browser.
  </p>
);
