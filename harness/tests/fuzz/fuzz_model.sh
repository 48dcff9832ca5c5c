#!/usr/bin/env bash
# Fuzzes the reading of model files, from those of the project and their names.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

cp "$SOURCE"/suites/*.model corpus
for model in corpus/*.model; do basename "$model" .model | tr -d '\n' >"$model.name"; done
printf '[model]\nlayers = 1\nhidden = 8\nheads = 2\nkv_heads = 1\nhead_dim = 4\nffn = 8\nvocabulary = 4\ncontext = 4\nactivation = relu2\n' >corpus/small.model
printf 'sub_norms = yes\ntied_head = yes\nrope = pairs\nrope_base = 1e4\nepsilon = 1e-5\n' >>corpus/small.model
fuzz 40000 -max_len=1000
