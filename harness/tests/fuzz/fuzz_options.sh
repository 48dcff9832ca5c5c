#!/usr/bin/env bash
# Fuzzes the values of all options of all commands, which the tables name; there is nothing to begin with but words that values have.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

for word in all native avx2 compact spread compact:kind1 none 0-3,8 auto scalar+ huge_pages=0 default cache step cycles shapes= 8x64x1 jsonl: csv:/dev/null i2_s \
    kv=8 random w=near '(a|b)*' '{2,9}' '\\+' 1e300 0x10 18446744073709551616 -1 nan; do
    printf '"%s"\n' "${word//\\/\\\\}"
done >words
printf 'a' >corpus/one
fuzz 40000 -max_len=300 -dict=words
