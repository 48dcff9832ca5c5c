#!/usr/bin/env bash
# Fuzzes the reading of records, and all that is drawn from them, from small files of every type of line.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

cp "$SOURCE"/harness/tests/record/golden/*.jsonl corpus
quick=(--budget 0.01 --min-samples 6 --no-roofs -q)
printf '[a]\nkernels = reference scalar\nshapes = 8x64x2\nthreads = 1 2\n' >a.suite
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:corpus/run.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --interleave --counters step --out jsonl:corpus/interleaved.jsonl
expect 0 "$TERNBENCH" ablate a.suite -q --set kernels=scalar --set threads=1 --out jsonl:corpus/ablate.jsonl
expect 0 "$TERNBENCH" decode --model "$SOURCE/suites/tiny.model" --kernel scalar --tokens 3 --prompt 2 -t 1 --no-roofs -q --out jsonl:corpus/decode.jsonl

# What a gate and a bisect of some minutes would leave.
id=avx2/8x64x16/w=random,x=random,p0=0.42,seed=1/t=1/hot
{
    head -n 1 corpus/run.jsonl
    for state in timed canary wrong; do
        echo "{\"type\":\"compared\",\"id\":\"$id\",\"base\":\"a\",\"cand\":\"b\",\"state\":\"$state\",\"delta\":0.02}"
        for process in 0 1 2; do
            echo "{\"type\":\"pair\",\"id\":\"$id\",\"process\":$process,\"base_ns\":[1,2,3,4,5,6],\"cand_ns\":[2,2,3,4,5,7]}"
        done
        id=$state/$id
    done
} >corpus/gate.jsonl
{
    cat corpus/gate.jsonl
    for role in good bad candidate tried same unbuildable verified; do
        echo "{\"type\":\"step\",\"id\":\"$id\",\"commit\":\"abc$role\",\"subject\":\"s\",\"role\":\"$role\",\"commits\":5,\"ratio\":1.1,\"error\":0.01,\"p\":0.5}"
    done
} >corpus/bisect.jsonl
for file in gate bisect; do expect 0 "$TERNBENCH" report corpus/$file.jsonl --format full; done
fuzz 3000 -max_len=60000
