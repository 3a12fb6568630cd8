"""
Stores what scikit-learn gives for rankings with ties, with one class only and with scores that are
not finite, for src/scoring/ranking.golden.test.ts.

    python3 scripts/golden/sklearn_metrics.py

Needs numpy and scikit-learn; their versions are written into the file. Each metric of a case is a
value, or the class of what scikit-learn raised or warned with. An infinite score is stored as the
string "Infinity" or "-Infinity", since JSON has no number for it.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "testing" / "golden" / "sklearn-metrics.json"
SEED = 20240611
# SCORE_CEILING of src/scoring/corrections.ts, nats
CEILING = 1e5
INF = math.inf

BEST_F_RULE = (
    "the largest 2PR/(P+R) over the points of precision_recall_curve that have a threshold, 0/0 "
    "being 0; of points that share it, the one with the highest threshold; scikit-learn flags "
    "score >= threshold"
)


def best_f(labels, scores):
    precision, recall, threshold = precision_recall_curve(labels, scores)
    # the curve ends with a point of recall 0 that belongs to no threshold
    precision, recall = precision[:-1], recall[:-1]
    both = precision + recall
    f = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
    # thresholds rise; points that share the best F may differ in the last bits of 2PR/(P+R)
    best = np.flatnonzero(f >= f.max() * (1 - 1e-12))[-1]
    return {
        "f": float(f[best]),
        "precision": float(precision[best]),
        "recall": float(recall[best]),
        "threshold": float(threshold[best]),
    }


def outcome(metric, labels, scores):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value, raised = metric(labels, scores), None
        except Exception as error:
            value, raised = None, type(error).__name__
    warned = caught[0].category.__name__ if caught else None
    if isinstance(value, float):
        value = float(value) + 0.0  # no negative zero
    return {"value": value, "raised": raised, "warned": warned}


def expected(labels, scores):
    y, s = np.array(labels), np.array(scores)
    return {
        "averagePrecision": outcome(average_precision_score, y, s),
        "auroc": outcome(roc_auc_score, y, s),
        "bestF": outcome(best_f, y, s),
    }


def encode(scores):
    return [s if math.isfinite(s) else "Infinity" if s > 0 else "-Infinity" for s in scores]


def case(name, labels, scores):
    assert len(labels) == len(scores), name
    entry = {"name": name, "scores": encode(scores), "labels": labels}
    entry["expected"] = expected(labels, scores)
    if not all(map(math.isfinite, scores)):
        # what the notebook ranks, and what scikit-learn gives for the same order in finite numbers
        clipped = [min(s, CEILING) if math.isfinite(s) else CEILING for s in scores]
        ranks = sorted(set(scores))
        entry["clipped"] = {"scores": clipped, "expected": expected(labels, clipped)}
        entry["ranked"] = expected(labels, [ranks.index(s) for s in scores])
    return entry


def next_up(score, steps):
    for _ in range(steps):
        score = float(np.nextafter(score, INF))
    return score


def random_case(rng, count):
    labels = (rng.random(count) < 0.1).astype(int)
    scores = np.round(rng.normal(labels * 1.5, 1.0), 1)
    return labels.tolist(), [float(s) for s in scores]


def cases(rng):
    yield case("no ties", [0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.6])
    yield case(
        "many ties",
        [0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1],
        [0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 1.5, 1.5, 0.125],
    )
    yield case("a tie of both classes at the best F", [1, 1, 0, 1, 0, 0], [9, 5, 5, 5, 2, 1])
    yield case("two thresholds share the best F", [1, 0, 0, 1, 0], [4.5, 3.5, 2.5, 1.5, 0.5])
    yield case("all scores equal", [0, 1, 0, 1, 0], [2.5] * 5)
    yield case("one anomaly, on top", [0, 0, 1, 0], [1.5, 2.5, 3.5, 0.5])
    yield case("one anomaly, tied with normal traces", [0, 0, 1, 0], [1.5, 2.5, 2.5, 2.5])
    yield case("one anomaly, at the bottom", [0, 0, 1, 0], [1.5, 2.5, 0.5, 3.5])
    yield case("one normal trace, at the bottom", [1, 0, 1, 1], [1.5, 0.5, 2.5, 3.5])
    yield case("one normal trace, on top", [1, 0, 1, 1], [1.5, 4.5, 2.5, 3.5])
    yield case("all anomalies", [1, 1, 1, 1, 1], [0.1, 0.7, 0.7, 0.3, 0.2])
    yield case("all anomalies, all scores equal", [1, 1, 1], [4.0, 4.0, 4.0])
    yield case("all normal", [0, 0, 0, 0], [0.1, 0.7, 0.7, 0.3])
    yield case("one trace, an anomaly", [1], [3.0])
    yield case("one trace, normal", [0], [3.0])
    yield case("infinite scores", [0, 1, 1, 0, 1, 0], [1.5, INF, 2.5, INF, INF, 0.25])
    both_signs = [-INF, INF, 2.5, 1.5, -INF, -INF]
    yield case("infinite scores of both signs", [0, 1, 1, 0, 0, 1], both_signs)
    yield case("infinite scores and some above the ceiling", [0, 1, 1, 0], [1.5, INF, 2e5, 3e5])
    yield case("only infinite scores", [0, 1, 1, 0], [INF, INF, INF, INF])
    yield case("all anomalies, some infinite", [1, 1, 1], [INF, 2.5, INF])
    yield case("all normal, some infinite", [0, 0, 0], [INF, 2.5, INF])
    at_ceiling = [CEILING, CEILING, CEILING, 12.5, 8.25, 1.5]
    yield case("ties at the ceiling", [1, 0, 1, 1, 0, 0], at_ceiling)
    yield case("neighbouring doubles", [0, 1, 0, 1, 1], [next_up(1.0, k) for k in [0, 1, 2, 3, 3]])
    yield case("two apart of neighbouring doubles", [0, 1, 1], [next_up(1.0, k) for k in [0, 2, 4]])
    yield case("the smallest doubles", [0, 0, 1, 1], [0.0, 5e-324, 1e-323, 1.5e-323])
    yield case("negative scores", [0, 1, 0, 1, 0, 1], [-3.5, -0.25, -7.125, -0.25, -0.0, 0.0])
    yield case("whole numbers", [0, 1, 0, 1, 1, 0, 0], [3, 3, 2, 5, 7, 5, 0])
    labels, scores = random_case(rng, 2000)
    yield case("2,000 random scores with one decimal", labels, scores)
    parted = [round(score + i * 1e-5, 5) for i, score in enumerate(scores)]
    yield case("the same, every score its own", labels, parted)


def main():
    data = {
        "format": "sklearn-metrics/1",
        "generator": "scripts/golden/sklearn_metrics.py",
        "scikitLearn": sklearn.__version__,
        "numpy": np.__version__,
        "seed": SEED,
        "ceiling": CEILING,
        "bestFRule": BEST_F_RULE,
    }
    # a line a case, so that a change shows in a diff
    head = json.dumps(data, indent=1)[:-2]
    lines = [json.dumps(c, separators=(",", ":")) for c in cases(np.random.default_rng(SEED))]
    TARGET.write_text(head + ',\n "cases": [\n' + ",\n".join(lines) + "\n ]\n}\n")


if __name__ == "__main__":
    main()
