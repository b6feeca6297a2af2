"""bench/near_datatrove.py IN OUT: near deduplication of the JSON lines in folder IN (field "text") by datatrove, on one processor; what is
kept goes to OUT/kept. Its four steps with its own bands, over five-grams of words, as bon dedup --near has them of syllables."""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.typeshelper import Languages

source, out = sys.argv[1:3]
config = MinhashConfig(n_grams=5)
steps = [
    [JsonlReader(source), MinhashDedupSignature(output_folder=f"{out}/signatures", config=config, language=Languages.vietnamese)],
    [MinhashDedupBuckets(input_folder=f"{out}/signatures", output_folder=f"{out}/buckets", config=config)],
    [MinhashDedupCluster(input_folder=f"{out}/buckets", output_folder=f"{out}/removed", config=config)],
    [JsonlReader(source), MinhashDedupFilter(input_folder=f"{out}/removed"), JsonlWriter(f"{out}/kept", compression=None)],
]
for number, pipeline in enumerate(steps):
    tasks = config.num_buckets if number == 1 else 1
    LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=f"{out}/logs/{number}").run()
