/** The faces that the page is set in, from its own files. */

const FACES = ['400 13px "IBM Plex Sans"', '500 13px "IBM Plex Sans"', '400 13px "IBM Plex Mono"'];

/** Milliseconds after which the page comes in whatever face there is. */
const PATIENCE_MS = 1000;

/** Resolves once they are there, or late, or cannot be had. */
export function facesReady(): Promise<unknown> {
  const loaded = Promise.allSettled(FACES.map((face) => document.fonts.load(face)));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return Promise.race([loaded, late]);
}
