"""Speed of TraceVAE in PyTorch: the yardstick of `npm run bench:gpu`, in the same JSON.

    python3 benchmarks/torch/bench.py (--graphs FILE | --synthetic) [--units 64,500] [--batch 64]
        [--steps 50] [--score-traces 2000] [--samples 10] [--score-batch 256] [--device cuda|cpu]
        [--attention dense,edges] [--tf32] [--compile] [--json OUT]

FILE is JSON: maxNodes, operations (the padding operation 0 included), and traces of parent (-1 the
root), type and standardised latency. What is timed, and what is not:

- Batches are collated and on the device before the clock starts; noise is drawn within the time.
- As the authors' code, every trace goes through the encoders by itself and the decoders work on
  all maxNodes positions. The notebook encodes equal structures of a batch once, decodes latencies
  of one padding node a trace, and shares structure terms when it scores; `structures shared` does
  the last of these here as well.
- The matrices of the model are multiplied in float32 unless --tf32.
- --compile compiles the loss of training, in the warm-up: for the first batch, then for any number
  of nodes. Scoring stays eager.
"""
import argparse
import json
import random
import sys
import time

import torch
from torch import nn

from tracevae import Config, LAYOUTS, TraceVae, Training, collate, importance_weighted_nll

SEED = 1
WARM_UP_STEPS = 10
# (rows, inner, columns): linear maps of a batch at 64 and 500 units, and what the device can do
PRODUCTS = ((1700, 128, 128), (2048, 1000, 1000), (4096, 4096, 4096))


def allow_tf32(allowed: bool):
    matmul = torch.backends.cuda.matmul
    # 2.9 has another name for it, and warns of the old one
    if tuple(map(int, torch.__version__.split('.')[:2])) >= (2, 9):
        matmul.fp32_precision = 'tf32' if allowed else 'ieee'
    else:
        matmul.allow_tf32 = allowed


def synthetic_traces(count: int, nodes: int, operations: int):
    """Random trees of about 25 nodes, parents before their children; every structure another."""
    draw = random.Random(SEED)
    traces = []
    for _ in range(count):
        size = min(nodes, max(2, round(draw.gauss(25, 4))))
        traces.append({
            'parent': [-1] + sorted(draw.randrange(i) for i in range(1, size)),
            'type': [draw.randrange(1, operations) for _ in range(size)],
            'latency': [draw.gauss(0, 1) for _ in range(size)],
        })
    return traces


class Clock:
    """Seconds of work that is done, not only queued, and the memory it took."""

    def __init__(self, device: str):
        self.cuda = device.startswith('cuda')

    def start(self):
        if self.cuda:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        self.started = time.perf_counter()

    def stop(self):
        """Seconds, and the most bytes that tensors held, batches included; None off a GPU."""
        if self.cuda:
            torch.cuda.synchronize()
        seconds = time.perf_counter() - self.started
        return seconds, torch.cuda.max_memory_allocated() if self.cuda else None


def count_linear(model: nn.Module, run) -> float:
    """GFLOP of the linear maps of a forward pass, most of the arithmetic."""
    total = 0

    def count(layer, inputs, _):
        nonlocal total
        total += 2 * inputs[0].numel() * layer.out_features

    handles = [layer.register_forward_hook(count) for layer in model.modules()
               if isinstance(layer, nn.Linear)]
    run()
    for handle in handles:
        handle.remove()
    return total / 1e9


def draw_noise(config: Config, samples: int, size: int, device: str):
    return (torch.randn(samples, size, config.latent, device=device),
            torch.randn(samples, size, config.latent2, device=device))


def time_training(model, phase: str, batches, options, clock: Clock):
    config, device = model.config, options.device
    noise = lambda: draw_noise(config, 1, options.batch, device)
    training = Training(model, phase)
    linear = count_linear(model, lambda: training.loss(batches[0], *noise()))
    # the training forward sets the ActNorms, as in the notebook
    if phase == 'joint':
        with torch.no_grad():
            z = model.structure_terms(batches[0], batches[0], noise()[0])['z'][0]
            model.struct_vae.prior.initialise(z)
    if options.compile:
        training.loss = torch.compile(training.loss)
    for i in range(min(options.steps, WARM_UP_STEPS)):
        training.step(batches[i % len(batches)], *noise())
    clock.start()
    for i in range(options.steps):
        loss = training.step(batches[i % len(batches)], *noise())
    seconds, peak = clock.stop()
    if not torch.isfinite(loss):
        raise RuntimeError(f'the loss is {loss.item()}')
    name = 'training, whole model' if phase == 'joint' else 'training, time VAE alone'
    return {
        'name': name, 'tracesPerSecond': options.steps * options.batch / seconds,
        'stepsPerSecond': options.steps / seconds, 'peakBytes': peak,
        'forwardLinearGflop': linear,
    }


def collate_pair(traces, options):
    """A batch for the encoders, and its samples for the decoders."""
    where = (options.max_nodes, options.device, options.attention)
    return collate(traces, *where), collate(traces * options.samples, *where)


def slices(count: int, width: int):
    return [range(start, min(start + width, count)) for start in range(0, count, width)]


@torch.no_grad()
def score_each(model, pairs, options):
    """[T] NLL of equation (3), every trace by itself."""
    scores = []
    for graphs, targets in pairs:
        noise = draw_noise(model.config, options.samples, len(graphs.node_count), options.device)
        terms = model.structure_terms(graphs, targets, noise[0])
        terms.update(model.latency_terms(graphs, targets, terms['z'], noise[1]))
        scores.append(importance_weighted_nll(terms))
    return torch.cat(scores)


@torch.no_grad()
def score_shared(model, structure_pairs, pairs, structure_of, options):
    """[T] the same, with z and the structure terms sampled once a structure."""
    parts = []
    for graphs, targets in structure_pairs:
        noise, _ = draw_noise(model.config, options.samples, len(graphs.node_count),
                              options.device)
        terms = model.structure_terms(graphs, targets, noise)
        parts.append({name: value for name, value in terms.items()
                      if name == 'z' or name.startswith('log_')})
    structures = {name: torch.cat([part[name] for part in parts], 1) for name in parts[0]}
    scores = []
    for (graphs, targets), index in zip(pairs, structure_of):
        terms = {name: value.index_select(1, index) for name, value in structures.items()}
        _, noise = draw_noise(model.config, options.samples, len(index), options.device)
        terms.update(model.latency_terms(graphs, targets, terms['z'], noise))
        scores.append(importance_weighted_nll(terms))
    return torch.cat(scores)


def time_scoring(model, traces, options, clock: Clock):
    """Both ways of scoring; a whole pass of each warms it up."""
    model.eval()
    count = options.score_traces
    selected = [traces[i % len(traces)] for i in range(count)]
    row_of, structure = {}, []
    for trace in selected:
        key = (tuple(trace['parent']), tuple(trace['type']))
        structure.append(row_of.setdefault(key, len(row_of)))
    example = [None] * len(row_of)
    for trace, row in zip(selected, structure):
        example[row] = trace
    parts = slices(count, options.score_batch)
    pairs = [collate_pair([selected[i] for i in part], options) for part in parts]
    structure_pairs = [collate_pair([example[i] for i in part], options)
                       for part in slices(len(example), options.score_batch)]
    structure_of = [torch.tensor([structure[i] for i in part], device=options.device)
                    for part in parts]
    title = f'scoring {count} traces, L = {options.samples}'
    ways = (
        (title, lambda: score_each(model, pairs, options)),
        (f'{title}, {len(example)} structures shared',
         lambda: score_shared(model, structure_pairs, pairs, structure_of, options)),
    )
    results = []
    for name, score in ways:
        linear = count_linear(model, score)  # warms up
        clock.start()
        score()
        seconds, peak = clock.stop()
        results.append({'name': name, 'tracesPerSecond': count / seconds, 'stepsPerSecond': None,
                        'peakBytes': peak, 'forwardLinearGflop': linear})
    return results


def time_products(device: str, clock: Clock):
    """GFLOP/s of float32 matrix products without TF32; the largest on a GPU alone."""
    allow_tf32(False)
    results = []
    for rows, inner, columns in PRODUCTS if clock.cuda else PRODUCTS[:-1]:
        a = torch.randn(rows, inner, device=device)
        b = torch.randn(inner, columns, device=device)
        gflop = 2e-9 * rows * inner * columns
        repeats = max(1, min(200, round((4000 if clock.cuda else 4) / gflop)))
        for _ in range(3):
            a @ b
        clock.start()
        for _ in range(repeats):
            a @ b
        seconds, _ = clock.stop()
        results.append({'rows': rows, 'inner': inner, 'columns': columns,
                        'gflopPerSecond': gflop * repeats / seconds})
    return results


def read_traces(options):
    """Traces, and the number of operations."""
    if options.graphs is None:
        return synthetic_traces(max(options.score_traces, options.batch), 32, 60), 60
    with open(options.graphs, encoding='utf-8') as file:
        data = json.load(file)
    options.max_nodes = data['maxNodes']
    return data['traces'], data['operations']


def measure(options):
    clock = Clock(options.device)
    traces, operations = read_traces(options)
    device = torch.cuda.get_device_name() if clock.cuda else f'CPU, {torch.get_num_threads()} threads'
    products = time_products(options.device, clock)
    allow_tf32(options.tf32)
    shuffled = random.Random(SEED).sample(traces, len(traces))
    whole = [part for part in slices(len(shuffled), options.batch) if len(part) == options.batch]
    if not whole:
        raise SystemExit(f'{len(traces)} traces do not fill a batch of {options.batch}')
    results = []
    for attention in options.attentions.split(','):
        options.attention = attention
        traits = ['TF32'] * options.tf32 + [f'{attention} attention']
        batches = [collate([shuffled[i] for i in part], options.max_nodes, options.device,
                           attention) for part in whole[: options.steps]]
        for units in map(int, options.units.split(',')):
            torch.manual_seed(SEED)
            config = Config(operations=operations, units=units, max_nodes=options.max_nodes)
            model = TraceVae(config).to(options.device)
            found = [time_training(model, phase, batches, options, clock)
                     for phase in ('joint', 'time')]
            found += time_scoring(model, traces, options, clock)
            for result in found:
                name = result.pop('name')
                compiled = options.compile and name.startswith('training')
                mode = 'compiled' if compiled else 'eager'
                backend = ', '.join([f'torch {torch.__version__}', device, mode, *traits])
                results.append({'name': name, 'backend': backend, 'units': units,
                                'batch': options.batch, **result})
                print(f'{name}, {units} units, {backend}: {result["tracesPerSecond"]:.0f} traces/s',
                      file=sys.stderr)
    return {'results': results, 'matrixProducts': products}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--graphs')
    source.add_argument('--synthetic', action='store_true')
    parser.add_argument('--units', default='64,500')
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--steps', type=int, default=50)
    parser.add_argument('--score-traces', type=int, default=2000)
    parser.add_argument('--score-batch', type=int, default=256)
    parser.add_argument('--samples', type=int, default=10)
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--attention', dest='attentions', default=','.join(LAYOUTS))
    parser.add_argument('--tf32', action='store_true')
    parser.add_argument('--compile', action='store_true')
    parser.add_argument('--json')
    options = parser.parse_args()
    options.max_nodes = 32
    text = json.dumps(measure(options), indent=2)
    print(text)
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            file.write(text + '\n')


if __name__ == '__main__':
    main()
