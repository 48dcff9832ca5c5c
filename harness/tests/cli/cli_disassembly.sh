#!/usr/bin/env bash
# Each kernel's object file holds the instructions that the kernel claims, and none that it does not.
# Labels: compiler
. "$SOURCE/harness/tests/cli/cli.sh"
[ "$(uname -m)" = x86_64 ] || skip "it knows the instructions of x86-64 only"
command -v objdump >/dev/null || skip "there is no objdump; ci/bootstrap installs it with binutils"
[ -z "${SANITIZE:-}" ] || skip "sanitizers add instructions of their own"

objects=$(dirname "$TERNBENCH")/kernels/CMakeFiles/kernels.dir

# holds OBJECT PATTERN / holds_not OBJECT PATTERN: extended regular expressions on the disassembly
holds() {
    [ -e "$objects/$1" ] || { echo "FAILED: $1 was not built"; failures=$((failures + 1)); return; }
    objdump -dr --no-show-raw-insn "$objects/$1" | grep -qE "$2" ||
        { echo "FAILED: $1 holds no $2"; failures=$((failures + 1)); }
}
holds_not() {
    local hit
    [ -e "$objects/$1" ] || { echo "FAILED: $1 was not built"; failures=$((failures + 1)); return; }
    hit=$(objdump -d --no-show-raw-insn "$objects/$1" | grep -E "$2" | head -1)
    [ -z "$hit" ] || { echo "FAILED: $1 holds $hit"; failures=$((failures + 1)); }
}

for portable in reference.c.o scalar.c.o portable.c.o; do
    holds_not $portable '%[yz]mm'
done
holds portable.c.o 'pmaddwd'
holds avx2.c.o 'vpmaddubsw .*%ymm'
holds_not avx2.c.o '%zmm'
holds tmac_lut.c.o 'vpshufb .*%ymm'
holds_not tmac_lut.c.o '%zmm'
holds tmac_t3.c.o 'vpsignb .*%ymm'
holds_not tmac_t3.c.o '%zmm'
holds tmac_tiered/narrow.c.o 'vpshufb .*%ymm'
holds_not tmac_tiered/narrow.c.o '%zmm'
holds vnni_2bit.c.o 'vpdpbusd .*%zmm'
holds_not vnni_2bit.c.o 'vpermb|tdpbssd'
holds vnni_t5.c.o 'vpdpbusd .*%zmm'
holds vnni_t5.c.o 'gf2p8affineqb'
holds_not vnni_t5.c.o 'tdpbssd'
holds tmac_lut512.c.o 'vpermb .*%zmm|vpshufb .*%zmm'
holds tmac_t5.c.o 'vperm[it]2b .*%zmm'
holds avxvnni_2bit.c.o 'vpdpbusd'
holds_not avxvnni_2bit.c.o '%zmm|%[xy]mm(1[6-9]|2[0-9]|3[01])|%k[0-7]'
for amx in amx_2bit.c.o amx_t5.c.o; do
    holds $amx 'tdpbs[su]d|tdpbu[su]d'
done
holds_not omp_tiled.c.o '%zmm'
holds omp_tiled.c.o 'GOMP_parallel|__kmpc_fork_call'
finish
