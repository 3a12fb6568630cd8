/** What the notebook is: at its head, or where an engineer has nothing else to read yet. */
import type { Reader } from '../../../stores/page/cell-order.ts';

const TraceVae = () => (
  <a href="https://doi.org/10.1145/3543507.3583215" rel="noreferrer" target="_blank">
    TraceVAE
  </a>
);

export const Intro = ({ reader }: { readonly reader: Reader }) =>
  reader === 'engineer' ? (
    <p>
      See which of your traces are odd, and why: compared with each other at once, then by{' '}
      <TraceVae />, a model that learns from them what is normal. Nothing leaves the browser.
    </p>
  ) : (
    <p>
      Train <TraceVae />, a graph VAE for unsupervised anomaly detection on microservice traces (WWW
      ’23), on your own traces in this page, and see which are odd and why. Nothing leaves the
      browser.
    </p>
  );
