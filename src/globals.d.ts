/** Set at build time (vite.config.ts): name and version from package.json. */
declare const __APP_NAME__: string;
declare const __APP_VERSION__: string;
/** The formats that the worker reads, in the words of src/ingest/format-words.ts. */
declare const __FORMATS__: string;
