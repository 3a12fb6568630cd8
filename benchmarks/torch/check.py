"""Is tracevae.py the same model? Its numbers beside those of the golden files.

    python3 benchmarks/torch/check.py GOLDEN [--trained FOLDER] [--device cuda] [--attention dense]

GOLDEN is a file of format `tracevae-golden/1`; FOLDER holds the golden.json and weights.bin of a
trained model. Prints the worst deviation of every quantity as a share of its tolerance, and exits
with 1 where one is past it.
"""
import argparse
import array
import json
import math
import os
import sys
from types import SimpleNamespace

import torch

from tracevae import ActNorm, Config, LAYOUTS, TraceVae, Training, collate, importance_weighted_nll

TOLERANCE = 1e-4
# dimensions clipped at a log std of -7 divide by 9e-4
TOLERANCE_OF = {'log_q_z': 5e-4, 'log_q_z2': 5e-4, 'gradients': 1e-3}
LOG_PROBS = ('log_q_z', 'log_p_z', 'log_q_z2', 'log_p_z2', 'log_p_node_count', 'log_p_adj',
             'log_p_node_type', 'log_p_latency')
# The first step of RMSprop moves a weight by the sign of its gradient; below this share of the
# largest gradient the sign is float32 rounding, and the weight is not compared.
SIGN_KNOWN = 1e-5


class Report:
    """The worst deviation of every quantity: |a - b| / (tolerance (1 + |b|))."""

    def __init__(self):
        self.worst = {}

    def compare(self, group: str, name: str, ours, theirs):
        ours = torch.as_tensor(ours).detach().cpu().double()
        theirs = torch.as_tensor(theirs, dtype=torch.float64).reshape(ours.shape)
        tolerance = TOLERANCE_OF.get(name, TOLERANCE)
        share = ((ours - theirs).abs() / (tolerance * (1 + theirs.abs()))).max().item()
        key = (group, name)
        seen, count = self.worst.get(key, (0.0, 0))
        share = math.inf if math.isnan(share) else share
        self.worst[key] = (max(share, seen), count + ours.numel())

    def finish(self) -> bool:
        for (group, name), (share, count) in self.worst.items():
            verdict = 'ok' if share <= 1 else 'PAST ITS TOLERANCE'
            print(f'{group:12} {name:22} {count:6} numbers, worst {share:9.2e} of tolerance'
                  f' {TOLERANCE_OF.get(name, TOLERANCE):.0e}  {verdict}')
        return all(share <= 1 for share, _ in self.worst.values())


def load(model: TraceVae, weights):
    """Names of ours to names of the golden file, whose tensors (name, shape, data) are loaded.

    Both list their tensors in the order of the model; shapes and the kind of each must agree.
    """
    state = {name: value for name, value in model.state_dict().items()
             if not name.endswith('num_batches_tracked')}
    assert len(state) == len(weights), f'{len(state)} tensors, golden has {len(weights)}'
    names = {}
    for (name, value), (golden, shape, data) in zip(state.items(), weights):
        kind = name.split('.')[-1]
        assert list(value.shape) == list(shape) and kind in golden, f'{name} is not {golden}'
        value.copy_(torch.tensor(data).view(value.shape))
        names[name] = golden
    return names


def config_of(golden) -> Config:
    sizes = golden['config']
    return Config(
        operations=sizes['num_operations'],
        units=sizes['gat_layer_sizes'][0],
        heads=sizes['gat_heads'],
        layers=len(sizes['gat_layer_sizes']),
        operation_embedding=sizes['operation_embedding_dim'],
        node_embedding=sizes['latent_embedding_size'],
        node_count_hidden=tuple(sizes['struct.decoder.node_count_layers']),
        graph_embedding_hidden=tuple(sizes['struct.decoder.graph_embedding_layers']),
        z2_given_z_hidden=tuple(sizes['latency.decoder.z2_given_z_hidden_layers']),
        flow_levels=sizes['pz_flow']['flow_levels'],
        flow_hidden=sizes['pz_flow']['coupling_hidden_layers'][0],
        latent=sizes['z_dim'],
        latent2=sizes['z2_dim'],
        max_nodes=sizes['MAX_NODE_COUNT'],
    )


def as_trace(golden):
    return {'parent': golden['parent'], 'type': golden['node_type'], 'latency': golden['latency']}


def build(golden, device):
    torch.manual_seed(1)
    model = TraceVae(config_of(golden))
    weights = [(name, value['shape'], value['data']) for name, value in golden['weights'].items()]
    names = load(model, weights)
    return model.to(device), names


def forward(model, traces, nodes, noise_z, noise_z2, options):
    """Terms of all traces at once; noise [B, L, K] in the order of the file."""
    noise = [torch.tensor(rows, device=options.device).transpose(0, 1).contiguous()
             for rows in (noise_z, noise_z2)]
    graphs = collate(traces, nodes, options.device, options.attention)
    targets = collate(traces * len(noise[0]), nodes, options.device, options.attention)
    with torch.no_grad():
        terms = model.structure_terms(graphs, targets, noise[0])
        terms.update(model.latency_terms(graphs, targets, terms['z'], noise[1]))
    return terms


def check_forward(golden, options, report: Report):
    model, _ = build(golden, options.device)
    model.eval()
    nodes = model.config.max_nodes
    upper = torch.ones(nodes, nodes).triu(1).bool()
    traces = [as_trace(trace) for trace in golden['traces']]
    for key in ('n_z_1', 'n_z_4'):
        def read(name, key=key):
            values = [trace[key][name] for trace in golden['traces']]
            return [[value] for value in values] if key == 'n_z_1' else values
        terms = forward(model, traces, nodes, read('noise_z'), read('noise_z2'), options)
        for name in LOG_PROBS:
            theirs = [trace[key]['log_probs']['nll'][name] for trace in golden['traces']]
            report.compare(key, name, terms[name].t(), theirs)
        nll = [trace[key]['nll']['nll'] for trace in golden['traces']]
        report.compare(key, 'nll', importance_weighted_nll(terms), nll)
        report.compare(key, 'z', terms['z'].transpose(0, 1), read('z'))
        report.compare(key, 'z2', terms['z2'].transpose(0, 1), read('z2'))
        if key == 'n_z_4':
            continue
        for name in ('qz_mean', 'qz_logstd', 'qz2_mean', 'qz2_logstd', 'node_count_logits',
                     'graph_embedding', 'node_embedding', 'node_type_logits', 'pz2_mean',
                     'pz2_logstd', 'latency_mean', 'latency_logstd'):
            report.compare(key, name, terms[name], read(name))
        edges = terms['edge_logits'].cpu()[:, upper]
        report.compare(key, 'edge_logits', edges, read('edge_logits_triu'))
        check_flow(build(golden, options.device)[0], terms, golden, report)


def check_flow(model, terms, golden, report: Report):
    x, log_det = terms['z'][0], 0
    steps = [trace['n_z_1']['pz_flow_steps'] for trace in golden['traces']]
    with torch.no_grad():
        for i, layer in enumerate(model.struct_vae.prior.chain):
            x, change = layer(x)
            if i % 3 == 2:
                change = torch.linalg.slogdet(layer.matrix)[1]
            log_det = log_det + change
            report.compare('flow', 'output', x, [step[i]['output'] for step in steps])
            theirs = [step[i]['log_det_cumulative'] for step in steps]
            report.compare('flow', 'log det', log_det.expand(len(x)), theirs)
        start = golden['actnorm_init']
        model.struct_vae.prior.initialise(torch.tensor(start['z_batch'], device=x.device))
    layers = [layer for layer in model.struct_vae.prior.chain if isinstance(layer, ActNorm)]
    for layer, theirs in zip(layers, start['layers'].values()):
        report.compare('flow', 'start of ActNorm', layer.bias, theirs['bias'])
        report.compare('flow', 'start of ActNorm', layer.pre_scale, theirs['pre_scale'])


def check_training(golden, options, report: Report):
    traces = [as_trace(trace) for trace in golden['traces']]
    for expected in golden['training']:
        model, names = build(golden, options.device)
        group = 'joint' if expected['mode'] == 'joint' else 'time'
        training = Training(model, group)
        penalised = {names[name] for name in training.penalised}
        assert penalised == set(expected['l2_param_names']), 'other weights are penalised'
        graphs = collate(traces, model.config.max_nodes, options.device, options.attention)
        noise = [torch.tensor([expected[name]], device=options.device)
                 for name in ('noise_z', 'noise_z2')]
        loss, terms = training.loss(graphs, *noise)
        loss.backward()
        report.compare(group, 'loss', loss, expected['loss'])
        for name in ('unit_ball', 'l2_norm'):
            report.compare(group, name, terms[name], expected[name])
        for name in LOG_PROBS:
            report.compare(group, name, terms[name][0], expected['per_trace_log_probs'][name])
        for name in ('latency_mean', 'latency_logstd'):
            report.compare(group, name, terms[name], expected[name])
        gradients = expected['grads_before_clip']
        largest = max(abs(value) for theirs in gradients.values() for value in theirs['data'])
        parameters = dict(model.named_parameters())
        known = {}
        for name, parameter in parameters.items():
            theirs = gradients.get(names[name])
            if theirs is None:
                assert parameter.grad is None, f'{name} has a gradient'
                continue
            report.compare(group, 'gradients', parameter.grad, theirs['data'])
            data = torch.tensor(theirs['data']).view(parameter.shape)
            known[name] = data.abs() > SIGN_KNOWN * largest

        # the step is made by the code that is measured, from the start
        model, _ = build(golden, options.device)
        Training(model, group).step(graphs, *noise)
        after = expected['params_after_one_rmsprop_step']
        for name, parameter in model.named_parameters():
            if name in known:
                theirs = torch.tensor(after[names[name]]['data']).view(parameter.shape)
                where = known[name]
                if where.any():
                    report.compare(group, 'weights after a step', parameter.cpu()[where],
                                   theirs[where])
        for name, value in model.state_dict().items():
            if name.endswith(('running_mean', 'running_var')):
                report.compare(group, 'running statistics', value,
                               expected['buffers_after_step'][names[name]]['data'])


def check_trained(folder, options, report: Report):
    """Real traces and trained weights at the size that is measured."""
    with open(os.path.join(folder, 'golden.json'), encoding='utf-8') as file:
        golden = json.load(file)
    model = TraceVae(Config(
        operations=golden['num_operations'], units=golden['gnn_layers'][0],
        layers=len(golden['gnn_layers']), latent=golden['z_dim'], latent2=golden['z2_dim'],
        max_nodes=golden['MAX_NODE_COUNT']))
    values = array.array('f')
    with open(os.path.join(folder, 'weights.bin'), 'rb') as file:
        values.frombytes(file.read())
    if sys.byteorder == 'big':
        values.byteswap()
    weights = []
    for entry in golden['manifest']:
        count = math.prod(entry['shape'])
        data = values[entry['offset'] : entry['offset'] + count]
        weights.append((entry['name'], entry['shape'], data.tolist()))
    load(model, weights)
    model.to(options.device).eval()
    zeros = [[[0.0] * size] for size in (golden['z_dim'], golden['z2_dim'])]
    traces = golden['traces']
    terms = forward(model, [as_trace(trace) for trace in traces], golden['MAX_NODE_COUNT'],
                    zeros[:1] * len(traces), zeros[1:] * len(traces), options)
    for name in LOG_PROBS:
        theirs = [trace['log_probs_plain'][name] for trace in traces]
        report.compare('trained', name, terms[name][0], theirs)
    report.compare('trained', 'nll', importance_weighted_nll(terms),
                   [trace['nll']['nll'] for trace in traces])


def check(path: str, trained, device: str, attention: str) -> bool:
    options = SimpleNamespace(device=device, attention=attention)
    report = Report()
    with open(path, encoding='utf-8') as file:
        golden = json.load(file)
    check_forward(golden, options, report)
    check_training(golden, options, report)
    if trained is not None:
        check_trained(trained, options, report)
    print(f'torch {torch.__version__}, {device}, attention {attention}')
    return report.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('golden')
    parser.add_argument('--trained')
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--attention', choices=list(LAYOUTS), nargs='+', default=list(LAYOUTS))
    options = parser.parse_args()
    agreed = [check(options.golden, options.trained, options.device, attention)
              for attention in options.attention]
    sys.exit(0 if all(agreed) else 1)


if __name__ == '__main__':
    main()
