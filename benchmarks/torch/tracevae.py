"""TraceVAE in PyTorch, sizes and formulas of the notebook's `paper` preset, as a yardstick on a GPU.

Written for speed on a GPU in eager mode: few kernels, no loop over traces. Names follow the paper:
A adjacency, Y operations, X latencies, N node count; z, z2 latent variables. Shapes: B traces, N
node positions a trace, R node rows, H heads, U units a head, L samples.
"""
import math
from dataclasses import dataclass
from typing import Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOG_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class Config:
    """Sizes and constants, those of src/detectors/tracevae/meta.ts."""
    operations: int  # the padding operation 0 included
    units: int = 64
    heads: int = 2
    layers: int = 4
    operation_embedding: int = 40
    node_embedding: int = 40
    node_count_hidden: tuple = (500,)
    graph_embedding_hidden: tuple = (500, 500)
    z2_given_z_hidden: tuple = (250, 250)
    flow_levels: int = 5
    flow_hidden: int = 64
    latent: int = 5
    latent2: int = 10
    max_nodes: int = 32
    learning_rate: float = 1e-3
    clip_norm: float = 10.0
    l2: float = 1e-4
    unit_ball: float = 1.0
    safe_normal_stds: float = 6.0


class DenseLayout:
    """Messages between the nodes of equally long graphs as batched matrix products.

    A tree of 32 positions has 94 messages of 1024 pairs, but the product of two small matrices is
    one kernel, and reads a node's values once where a list of edges copies them to every edge.
    """

    def __init__(self, neighbours: Tensor, rows: Union[Tensor, None] = None):
        """neighbours [B, N, N] with self loops; rows [R] the positions in use, None for all."""
        self.barrier = torch.zeros_like(neighbours).masked_fill_(neighbours == 0, -math.inf)
        scale = neighbours.sum(2).rsqrt()
        self.weights = neighbours * scale[:, :, None] * scale[:, None, :]
        self.rows = rows

    def spread(self, values: Tensor) -> Tensor:
        """[R, C] to [B N, C]."""
        if self.rows is None:
            return values
        graphs, nodes, _ = self.barrier.shape
        return values.new_zeros(graphs * nodes, values.shape[1]).index_copy(0, self.rows, values)

    def attend(self, values: Tensor, scores: Tensor) -> Tensor:
        """values [B N, H U], scores [H, B N, 2] as a source and as a target -> [R, H U]."""
        graphs, nodes, _ = self.barrier.shape
        heads = len(scores)
        source = scores[..., 0].reshape(heads, graphs, 1, nodes)
        target = scores[..., 1].reshape(heads, graphs, nodes, 1)
        shares = (F.leaky_relu(source + target, 0.2) + self.barrier).softmax(-1)
        sums = shares @ values.view(graphs, nodes, heads, -1).permute(2, 0, 1, 3)
        sums = sums.permute(1, 2, 0, 3).reshape(graphs * nodes, -1)
        return sums if self.rows is None else sums.index_select(0, self.rows)

    def convolve(self, values: Tensor) -> Tensor:
        """Sums over neighbours, scaled by both degrees. [B N, C] -> [B N, C]"""
        graphs, nodes, _ = self.barrier.shape
        return (self.weights @ values.view(graphs, nodes, -1)).flatten(0, 1)


class EdgeLayout:
    """The same messages along a list of edges, as graph libraries send them."""

    def __init__(self, neighbours: Tensor, rows: Union[Tensor, None] = None):
        """As of DenseLayout."""
        graphs, nodes, _ = neighbours.shape
        graph, target, source = neighbours.nonzero(as_tuple=True)
        place = torch.arange(graphs * nodes, device=neighbours.device)
        if rows is not None:
            used = torch.zeros_like(place, dtype=torch.bool).index_fill_(0, rows, True)
            kept = used[graph * nodes + target]
            graph, target, source = graph[kept], target[kept], source[kept]
            place = used.cumsum(0) - 1
        scale = neighbours.sum(2).rsqrt()
        self.weights = (scale[graph, target] * scale[graph, source])[:, None]
        self.target = place[graph * nodes + target]
        self.source = place[graph * nodes + source]

    def spread(self, values: Tensor) -> Tensor:
        return values

    def attend(self, values: Tensor, scores: Tensor) -> Tensor:
        """values [R, H U], scores [H, R, 2] as a source and as a target -> [R, H U]."""
        heads, rows, _ = scores.shape
        source = scores[..., 0].index_select(1, self.source)
        logits = F.leaky_relu(source + scores[..., 1].index_select(1, self.target), 0.2)
        top = logits.new_full((heads, rows), -math.inf)
        index = self.target.expand(heads, -1)
        top = top.scatter_reduce(1, index, logits.detach(), 'amax').index_select(1, self.target)
        powers = (logits - top).exp()
        total = powers.new_zeros(heads, rows).index_add(1, self.target, powers)
        shares = powers / total.index_select(1, self.target)
        sent = values.view(rows, heads, -1).index_select(0, self.source) * shares.t()[:, :, None]
        return torch.zeros_like(values).index_add(0, self.target, sent.flatten(1))

    def convolve(self, values: Tensor) -> Tensor:
        sent = values.index_select(0, self.source) * self.weights
        return torch.zeros_like(values).index_add(0, self.target, sent)


LAYOUTS = {'dense': DenseLayout, 'edges': EdgeLayout}
Layout = Union[DenseLayout, EdgeLayout]


@dataclass
class Graphs:
    """A batch on its device. Encoders read real nodes alone, decoders all N positions."""
    node_count: Tensor  # [B]
    operation: Tensor  # [B N]
    latency: Tensor  # [B, N] standardised
    real: Tensor  # [B, N] 1 where there is a node
    edges: Tensor  # [B, N, N] 1 where i is the parent of j
    graph_of: Tensor  # [R]
    packed_operation: Tensor  # [R]
    packed_latency: Tensor  # [R, 1]
    packed: Layout
    padded: Layout


def collate(traces, nodes: int, device='cpu', attention='dense') -> Graphs:
    """Traces {parent, type, latency} as a batch; L samples of a batch are its traces L times."""
    size = len(traces)
    node_count = torch.tensor([len(trace['parent']) for trace in traces])
    rows = torch.tensor([b * nodes + i for b, trace in enumerate(traces)
                         for i in range(len(trace['parent']))])

    def flat(key):
        return torch.tensor([value for trace in traces for value in trace[key]])

    operation = torch.zeros(size * nodes, dtype=torch.long).index_copy(0, rows, flat('type'))
    latency = torch.zeros(size * nodes).index_copy(0, rows, flat('latency').float())
    parent = flat('parent')
    child = rows[parent >= 0]
    edges = torch.zeros(size, nodes, nodes)
    edges[child // nodes, parent[parent >= 0], child % nodes] = 1
    real = (torch.arange(nodes) < node_count[:, None]).float()
    # undirected, with a self loop a node; padding has its self loop alone
    neighbours = (edges + edges.transpose(1, 2) + torch.eye(nodes)).to(device)
    layout = LAYOUTS[attention]
    return Graphs(
        node_count=node_count.to(device),
        operation=operation.to(device),
        latency=latency.view(size, nodes).to(device),
        real=real.to(device),
        edges=edges.to(device),
        graph_of=(rows // nodes).to(device),
        packed_operation=operation[rows].to(device),
        packed_latency=latency[rows, None].to(device),
        packed=layout(neighbours, rows.to(device)),
        padded=layout(neighbours),
    )


def linear(inputs: int, outputs: int, bias=True) -> nn.Linear:
    layer = nn.Linear(inputs, outputs, bias)
    nn.init.uniform_(layer.weight, -math.sqrt(3 / inputs), math.sqrt(3 / inputs))
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


class Attention(nn.Module):
    """Graph attention: heads side by side, a bias, neither dropout nor residual."""

    def __init__(self, inputs: int, heads: int, units: int):
        super().__init__()
        self.attn_l = nn.Parameter(torch.empty(1, heads, units))
        self.attn_r = nn.Parameter(torch.empty(1, heads, units))
        self.bias = nn.Parameter(torch.zeros(heads * units))
        self.fc = nn.Linear(inputs, heads * units, bias=False)
        for weight in (self.attn_l, self.attn_r, self.fc.weight):
            nn.init.xavier_normal_(weight, gain=math.sqrt(2))

    def forward(self, h: Tensor, layout: Layout) -> Tensor:
        values = layout.spread(self.fc(h))
        vectors = torch.cat([self.attn_l, self.attn_r]).permute(1, 2, 0)
        # both scores of every head in one product: [H, R, U] [H, U, 2]
        scores = values.view(len(values), len(vectors), -1).transpose(0, 1) @ vectors
        return layout.attend(values, scores) + self.bias


class Block(nn.Module):
    """Attention, batch normalisation, LeakyReLU."""

    def __init__(self, inputs: int, config: Config):
        super().__init__()
        self.normalization = nn.BatchNorm1d(config.heads * config.units, eps=1e-6, momentum=0.1)
        self.gnn = Attention(inputs, config.heads, config.units)

    def forward(self, h: Tensor, layout: Layout) -> Tensor:
        return F.leaky_relu(self.normalization(self.gnn(h, layout)), 0.01)


class GraphConv(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, h: Tensor, layout: Layout) -> Tensor:
        return layout.convolve(h @ self.weight) + self.bias


def blocks(inputs: int, config: Config) -> nn.ModuleList:
    width = config.heads * config.units
    return nn.ModuleList(Block(width if i else inputs, config) for i in range(config.layers))


class Encoder(nn.Module):
    """A Gaussian posterior: blocks, mean over the nodes of a graph, mean and log std."""

    def __init__(self, inputs: int, latent: int, config: Config):
        super().__init__()
        self.blocks = blocks(inputs, config)
        self.mean = linear(config.heads * config.units, latent)
        self.log_std = linear(config.heads * config.units, latent)

    def forward(self, h: Tensor, graphs: Graphs):
        """h [R, C] -> mean and log std, [B, latent] each."""
        for block in self.blocks:
            h = block(h, graphs.packed)
        sums = h.new_zeros(len(graphs.node_count), h.shape[1]).index_add(0, graphs.graph_of, h)
        pooled = sums / graphs.node_count[:, None]
        return self.mean(pooled), self.log_std(pooled).clamp(-7, 2)


class Decoder(nn.Module):
    """Blocks and a graph convolution, on all N positions of a graph."""

    def __init__(self, inputs: int, outputs: int, config: Config):
        super().__init__()
        self.blocks = blocks(inputs, config)
        self.convolution = GraphConv(config.heads * config.units, outputs)

    def forward(self, h: Tensor, layout: Layout) -> Tensor:
        for block in self.blocks:
            h = block(h, layout)
        return self.convolution(h, layout)


def hidden_layers(inputs: int, sizes) -> nn.Sequential:
    layers = []
    for size in sizes:
        normalisation = nn.BatchNorm1d(size, eps=1e-6, momentum=0.1)
        layers += [linear(inputs, size, bias=False), normalisation, nn.LeakyReLU(0.01)]
        inputs = size
    return nn.Sequential(*layers)


class ActNorm(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.pre_scale = nn.Parameter(torch.zeros(size))
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor):
        return (x + self.bias) * self.pre_scale.exp(), self.pre_scale.sum()

    @torch.no_grad()
    def initialise(self, x: Tensor):
        """Outputs of mean 0 and variance 1 for x [B, size]."""
        self.bias.copy_(-x.mean(0))
        self.pre_scale.copy_(-0.5 * x.var(0).clamp(min=1e-6).log())


class Coupling(nn.Module):
    def __init__(self, size: int, hidden: int):
        super().__init__()
        self.kept = size // 2
        self.shift = linear(hidden, size - self.kept)
        self.scale = linear(hidden, size - self.kept)
        self.hidden = linear(self.kept, hidden)
        nn.init.zeros_(self.shift.weight)
        nn.init.zeros_(self.scale.weight)

    def forward(self, x: Tensor):
        kept, changed = x[..., : self.kept], x[..., self.kept :]
        h = F.leaky_relu(self.hidden(kept), 0.01)
        scale = self.scale(h) + 2
        changed = (changed + self.shift(h)) * scale.sigmoid()
        return torch.cat([kept, changed], -1), F.logsigmoid(scale).sum(-1)


class InvertibleDense(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.matrix = nn.Parameter(nn.init.orthogonal_(torch.empty(size, size)))

    def forward(self, x: Tensor):
        # its log determinant is taken with those of the other levels
        return x @ self.matrix.t(), 0


class RealNvp(nn.Module):
    """The prior p(z): log density of a standard normal behind the flow."""

    def __init__(self, config: Config):
        super().__init__()
        size = config.latent
        self.chain = nn.ModuleList()
        for _ in range(config.flow_levels):
            layers = [ActNorm(size), Coupling(size, config.flow_hidden), InvertibleDense(size)]
            self.chain.extend(layers)

    def forward(self, z: Tensor) -> Tensor:
        """[..., K] -> [...] nats"""
        matrices = torch.stack([layer.matrix for layer in self.chain[2::3]])
        log_det = torch.linalg.slogdet(matrices)[1].sum()
        for layer in self.chain:
            z, change = layer(z)
            log_det = log_det + change
        return log_det - 0.5 * (z.square() + LOG_TWO_PI).sum(-1)

    @torch.no_grad()
    def initialise(self, z: Tensor):
        for layer in self.chain:
            if isinstance(layer, ActNorm):
                layer.initialise(z)
            z, _ = layer(z)


def gaussian_log_prob(x: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    return -0.5 * ((x - mean) * (-log_std).exp()).square() - log_std - 0.5 * LOG_TWO_PI


class StructVae(nn.Module):
    """q(z | A, Y), p(z), and p(N, A, Y | z)."""

    def __init__(self, config: Config):
        super().__init__()
        nodes, width = config.max_nodes, config.node_embedding
        self.posterior = Encoder(config.operation_embedding, config.latent, config)
        self.prior = RealNvp(config)
        self.node_count_hidden = hidden_layers(config.latent, config.node_count_hidden)
        self.node_count = linear(config.node_count_hidden[-1], nodes + 1)
        self.graph_embedding = hidden_layers(config.latent, config.graph_embedding_hidden)
        self.node_embedding = linear(config.graph_embedding_hidden[-1], nodes * width)
        self.node_type = Decoder(width, config.operations, config)
        self.nodes = nodes
        self.register_buffer('upper', torch.ones(nodes, nodes).triu(1), persistent=False)

    def forward(self, operations: Tensor, graphs: Graphs, targets: Graphs, noise: Tensor):
        """operations [R, C] embedded, noise [L, B, K]; targets hold the traces L times.

        Returns z and, [L, B] nats each, the log probabilities; beside them what they come from.
        """
        mean, log_std = self.posterior(operations, graphs)
        z = mean + log_std.exp() * noise
        rows = z.flatten(0, 1)
        count_logits = self.node_count(self.node_count_hidden(rows))
        graph_embedding = self.graph_embedding(rows)
        e = self.node_embedding(graph_embedding).view(len(rows) * self.nodes, -1)
        by_node = e.view(len(rows), self.nodes, -1)
        edge_logits = by_node @ by_node.transpose(1, 2)
        type_logits = self.node_type(e, targets.padded)
        # padding positions are targets as well, as in the authors' code
        log_p_adj = -F.binary_cross_entropy_with_logits(
            edge_logits, targets.edges, weight=self.upper, reduction='none').sum((1, 2))
        log_p_type = -F.cross_entropy(type_logits, targets.operation, reduction='none')
        shape = z.shape[:2]
        return {
            'z': z, 'qz_mean': mean, 'qz_logstd': log_std,
            'node_count_logits': count_logits, 'graph_embedding': graph_embedding,
            'node_embedding': by_node, 'edge_logits': edge_logits,
            'node_type_logits': type_logits.view(len(rows), self.nodes, -1),
            'log_q_z': gaussian_log_prob(z, mean, log_std).sum(-1),
            'log_p_z': self.prior(z),
            'log_p_node_count': -F.cross_entropy(
                count_logits, targets.node_count, reduction='none').view(shape),
            'log_p_adj': log_p_adj.view(shape),
            'log_p_node_type': log_p_type.view(*shape, -1).sum(-1),
        }


class LatencyVae(nn.Module):
    """q(z2 | A, X, Y), p(z2 | z), and p(X | A, Y, z2) behind the dispatching layer."""

    def __init__(self, config: Config):
        super().__init__()
        self.posterior = Encoder(config.operation_embedding + 1, config.latent2, config)
        self.hidden = hidden_layers(config.latent, config.z2_given_z_hidden)
        self.prior_mean = linear(config.z2_given_z_hidden[-1], config.latent2)
        self.prior_log_std = linear(config.z2_given_z_hidden[-1], config.latent2)
        self.likelihood = Decoder(config.latent2 + config.operation_embedding, 2, config)
        self.safe_normal_stds = config.safe_normal_stds

    def forward(self, embedding: Tensor, graphs: Graphs, targets: Graphs, z: Tensor,
                noise: Tensor):
        """embedding [operations, C], z [L, B, K], noise [L, B, K2]; as of StructVae."""
        operations = embedding.index_select(0, graphs.packed_operation)
        mean, log_std = self.posterior(torch.cat([operations, graphs.packed_latency], 1), graphs)
        z2 = mean + log_std.exp() * noise
        # the prior of z2 does not teach z
        hidden = self.hidden(z.detach().flatten(0, 1))
        prior_mean = self.prior_mean(hidden).view_as(z2)
        prior_log_std = self.prior_log_std(hidden).clamp(-5, 2).view_as(z2)
        rows = z2.flatten(0, 1)
        nodes = targets.latency.shape[1]
        dispatched = rows[:, None].expand(-1, nodes, -1).flatten(0, 1)
        observed = embedding.index_select(0, targets.operation)
        output = self.likelihood(torch.cat([dispatched, observed], 1), targets.padded)
        x_mean, x_log_std = output.view(len(rows), nodes, 2).unbind(-1)
        x_log_std = x_log_std.clamp(min=-7)
        x = targets.latency
        if self.training:
            reach = self.safe_normal_stds * x_log_std.detach().exp()
            x = torch.minimum(torch.maximum(x, x_mean.detach() - reach), x_mean.detach() + reach)
        log_p_x = (gaussian_log_prob(x, x_mean, x_log_std) * targets.real).sum(1)
        return {
            'z2': z2, 'qz2_mean': mean, 'qz2_logstd': log_std,
            'pz2_mean': prior_mean, 'pz2_logstd': prior_log_std,
            'latency_mean': x_mean, 'latency_logstd': x_log_std,
            'log_q_z2': gaussian_log_prob(z2, mean, log_std).sum(-1),
            'log_p_z2': gaussian_log_prob(z2, prior_mean, prior_log_std).sum(-1),
            'log_p_latency': log_p_x.view(z2.shape[:2]),
        }


LOG_P = ('log_p_z', 'log_p_node_count', 'log_p_adj', 'log_p_node_type', 'log_p_z2',
         'log_p_latency')


class TraceVae(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.operation_embedding = nn.Embedding(config.operations, config.operation_embedding)
        self.struct_vae = StructVae(config)
        self.latency_vae = LatencyVae(config)

    def structure_terms(self, graphs: Graphs, targets: Graphs, noise: Tensor):
        operations = self.operation_embedding(graphs.packed_operation)
        return self.struct_vae(operations, graphs, targets, noise)

    def latency_terms(self, graphs: Graphs, targets: Graphs, z: Tensor, noise: Tensor):
        # the time VAE does not teach the embedding
        embedding = self.operation_embedding.weight.detach()
        return self.latency_vae(embedding, graphs, targets, z, noise)


def log_weights(terms) -> Tensor:
    """log p(G, z, z2) - log q(z, z2 | G) of every sample. [L, B] nats"""
    return sum(terms[name] for name in LOG_P) - terms['log_q_z'] - terms['log_q_z2']


def importance_weighted_nll(terms) -> Tensor:
    """Equation (3). [B] nats"""
    weights = log_weights(terms)
    return math.log(len(weights)) - weights.logsumexp(0)


class Training:
    """One step of either phase: `joint` the whole model, `time` the time VAE alone."""

    def __init__(self, model: TraceVae, phase: str):
        self.model, self.phase = model, phase
        model.train()
        if phase == 'time':
            model.struct_vae.eval()
        every = [name for name, _ in model.named_parameters()]
        trained = [(name, parameter) for name, parameter in model.named_parameters()
                   if phase == 'joint' or name.startswith('latency_vae.')]
        # the authors' phase 2 pairs its parameters with the names of all: which are penalised is
        # an accident, kept
        self.penalised = {name: parameter for name_of, (name, parameter) in zip(every, trained)
                          if 'bias' not in name_of}
        self.parameters = [parameter for _, parameter in trained]
        self.optimiser = torch.optim.RMSprop(
            self.parameters, lr=model.config.learning_rate, alpha=0.99, eps=1e-8)

    def loss(self, graphs: Graphs, noise_z: Tensor, noise_z2: Tensor):
        """noise [1, B, K] and [1, B, K2] -> the scalar loss, and the terms it is made of."""
        model, config = self.model, self.model.config
        with torch.set_grad_enabled(self.phase == 'joint'):
            terms = model.structure_terms(graphs, graphs, noise_z)
        terms.update(model.latency_terms(graphs, graphs, terms['z'], noise_z2))
        mean = terms['z'].mean(-1, keepdim=True)
        variance = (terms['z'] - mean).square().mean(-1)
        terms['unit_ball'] = mean.square().mean() + (variance - 1).square().mean()
        # the norm, not its square
        terms['l2_norm'] = torch.cat([p.view(-1) for p in self.penalised.values()]).norm()
        loss = -log_weights(terms).mean() + config.unit_ball * terms['unit_ball']
        return loss + config.l2 * terms['l2_norm'], terms

    def step(self, graphs: Graphs, noise_z: Tensor, noise_z2: Tensor) -> Tensor:
        self.optimiser.zero_grad(set_to_none=True)
        loss, _ = self.loss(graphs, noise_z, noise_z2)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, self.model.config.clip_norm)
        self.optimiser.step()
        return loss.detach()
