#!/usr/bin/env bash
# A plug-in is built outside the tree against kernel.h alone, checked, and everything wrong with one is told in a sentence.
. "$SOURCE/harness/tests/cli/cli.sh"

flags=(-std=c11 -shared -fPIC -O2 -Wall -Wextra -Wpedantic -Werror)
[ -z "${SANITIZE:-}" ] || flags+=("-fsanitize=$SANITIZE")
mkdir include
cp "$SOURCE/kernels/kernel.h" include/

# build NAME [FLAG...]: plug-in NAME.so from NAME.c
build() {
    local name=$1
    shift
    "$CC" "${flags[@]}" -Iinclude "$@" "$name.c" -o "$name.so" || { echo "FAILED: cannot build $name.c"; failures=$((failures + 1)); }
}

cp "$SOURCE/kernels/sample_plugin.c" sample.c
build sample
printf '[a]\nkernels = sample.columns\nshapes = 37x65x3 128x512x64\n' >sample.suite
expect 0 "$TERNBENCH" check sample.suite --plugin sample.so
says out "EXACT"
mkdir plugins
cp sample.so plugins/
expect 0 env TERNBENCH_PLUGIN_PATH=plugins "$TERNBENCH" check sample.suite
expect 2 env TERNBENCH_PLUGIN_PATH=no-such-folder "$TERNBENCH" kernels
says err "no-such-folder"
expect 2 "$TERNBENCH" check sample.suite
says err "'sample.columns' is not the name or glob of a kernel"

expect 2 "$TERNBENCH" kernels --plugin missing.so
says err "missing.so: No such file"
echo 'not an object' >garbage.so
expect 2 "$TERNBENCH" kernels --plugin garbage.so
says err "garbage.so cannot be loaded"
expect 2 "$TERNBENCH" kernels --plugin sample.so --plugin ./plugins/sample.so
says err "there is a kernel 'sample.columns' already"
echo 'int nothing_here;' >empty.c
build empty
expect 2 "$TERNBENCH" kernels --plugin empty.so
says err "has no symbol tern_plugin_table"
cat >abi.c <<'C'
#include "kernel.h"
static const tern_kernel *const list[] = {0};
const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI + 1, list};
C
build abi
expect 2 "$TERNBENCH" kernels --plugin abi.so
says err "was built for contract version 2"
finish
