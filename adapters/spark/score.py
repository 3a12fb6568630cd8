"""Scores the spans of a table on Spark with a kept model of the notebook.

    spark-submit adapters/spark/score.py --model M.tracevae --in spans.parquet --out scores.parquet

Spark brings the spans of a trace together; the command `tracevae score` does the rest, once per
partition. A score depends on the model and the trace alone, so partitions and order change nothing.
Requires pyspark 4 or 3.5, pyarrow, pandas (Spark asks for it), and on every worker Node 20 and a built
clone of the notebook. docs/scale-out.md tells the rest.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile

from pyspark import SparkFiles
from pyspark.sql import SparkSession

# What the command writes, in the order of its columns.
ROWS = """traceId string, score double, p double, flagged int, reason string, service string,
nodes int, structure string, nll double, bcscale double, ncnorm double, stdlimit double, full double"""

# Names of trace ids in the tables that the notebook reads; of the first kind two columns are one id.
TRACE_IDS = [
    ["traceIdHigh", "traceIdLow"],
    ["TraceId"],
    ["traceId"],
    ["traceID"],
    ["trace_id"],
    ["traceid"],
    ["TraceID"],
    ["trace"],
]

# Thresholds that a partition cannot know: they count among all scored traces.
COUNTING_RULES = ("top", "share", "fdr", "perday")

CLONE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, help="what the notebook kept")
    parser.add_argument("--in", dest="spans", required=True, nargs="+", help="Parquet or CSV, one row per span")
    parser.add_argument("--out", required=True, help="folder of Parquet files; must not exist")
    parser.add_argument("--partitions", type=int, help="one process of the command each; without it, Spark's")
    parser.add_argument("--trace-id", nargs="+", help="columns of the trace id, where the names are unusual")
    parser.add_argument("--threshold", help="as the command takes it, but none that counts among all traces")
    parser.add_argument("--detector", help="whose the score is")
    parser.add_argument(
        "--command",
        default=shlex.join(["node", os.path.join(CLONE, "bin", "tracevae.mjs")]),
        help="how a worker starts the command (%(default)s)",
    )
    return parser.parse_args()


def trace_columns(names, wanted):
    """The columns of the trace id."""
    for columns in [wanted] if wanted else TRACE_IDS:
        if all(name in names for name in columns):
            return columns
    raise SystemExit(f"error: no column is the trace id, {', '.join(names)}, name it with --trace-id")


def ending_of(paths):
    """A partition reaches the command in the format of the input, so that it is read as the page reads it."""
    is_csv = [path.endswith((".csv", ".csv.gz")) for path in paths]
    if any(is_csv) and not all(is_csv):
        raise SystemExit("error: both CSV and Parquet, --in, score them apart")
    return "csv" if all(is_csv) else "parquet"


def read_spans(spark, paths):
    """Cells of CSV stay text: what they mean is for the command to say."""
    if ending_of(paths) == "csv":
        return spark.read.option("header", True).option("escape", '"').csv(paths)
    return spark.read.parquet(*paths)


def open_writer(ending, path, schema):
    """Writes batches to a file."""
    if ending == "csv":
        from pyarrow import csv

        return csv.CSVWriter(path, schema, write_options=csv.WriteOptions(quoting_style="needed"))
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema)


def scorer(command, model, ending, options):
    """A function from the batches of a partition to its rows."""

    def score(batches):
        from pyarrow import parquet

        with tempfile.TemporaryDirectory(prefix="tracevae-") as folder:
            spans = os.path.join(folder, f"spans.{ending}")
            rows = os.path.join(folder, "rows.parquet")
            writer = None
            for batch in batches:
                if writer is None:
                    writer = open_writer(ending, spans, batch.schema)
                writer.write_batch(batch)
            if writer is None:
                return  # no trace has come to this partition
            writer.close()
            call = [*command, "score", "--model", SparkFiles.get(model), "--threads", "1", *options]
            ended = subprocess.run([*call, "--out", rows, spans], stderr=subprocess.PIPE, text=True)
            # the ledger, or the one line that says what failed
            sys.stderr.write(ended.stderr)
            if ended.returncode != 0:
                raise RuntimeError(ended.stderr.strip() or f"the command ended with {ended.returncode}")
            yield from parquet.read_table(rows).to_batches()

    return score


def main():
    arguments = read_arguments()
    options = []
    if arguments.threshold:
        if arguments.threshold.startswith(COUNTING_RULES):
            raise SystemExit(
                f"error: {arguments.threshold} counts among all traces, --threshold, "
                "score without it and count in the rows"
            )
        options += ["--threshold", arguments.threshold]
    if arguments.detector:
        options += ["--detector", arguments.detector]

    spark = SparkSession.builder.appName("tracevae score").getOrCreate()
    spark.sparkContext.addFile(os.path.abspath(arguments.model))
    spans = read_spans(spark, arguments.spans)
    columns = trace_columns(spans.columns, arguments.trace_id)
    together = (
        spans.repartition(arguments.partitions, *columns)
        if arguments.partitions
        else spans.repartition(*columns)
    )
    model = os.path.basename(arguments.model)
    score = scorer(shlex.split(arguments.command), model, ending_of(arguments.spans), options)
    together.mapInArrow(score, ROWS).write.parquet(arguments.out)
    spark.stop()


if __name__ == "__main__":
    main()
