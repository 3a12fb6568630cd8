/**
 * One N_max of `npm run bench:train -- --nodes`, in a process that does nothing else: what is asked is
 * the JSON of its argument, what is measured the JSON that it prints.
 */
const { source, path, question } = JSON.parse(process.argv[2]);
const { startWasm, measureNodes, generatedTraces, tracesOf } = await import(source);
await startWasm();
const traces = path === null ? generatedTraces(question.maxNodes) : await tracesOf(path);
process.stdout.write(JSON.stringify(await measureNodes(traces, question)));
