#!/usr/bin/env bash
# Fuzzes the reading of GGUF files for FUZZ_SECONDS (60), from models that the program writes itself.
. "$SOURCE/harness/tests/cli.sh"

printf '[model]\nlayers = 1\nhidden = 256\nheads = 2\nkv_heads = 1\nhead_dim = 128\nffn = 256\nvocabulary = 8\ncontext = 16\n' >least.model
printf 'activation = swiglu\nsub_norms = yes\ntied_head = yes\nrope = halves\nrope_base = 10000\nepsilon = 1e-5\n' >>least.model
mkdir corpus
for type in tq1_0 tq2_0 i2_s; do
    expect 0 "$TERNBENCH" model write --model ./least.model --type $type --out corpus/$type.gguf
done
"$FUZZ" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=400000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 corpus >fuzz.log 2>&1 ||
    { tail -40 fuzz.log && exit 1; }
grep -E 'stat::number_of_executed_units|DONE' fuzz.log
finish
