#!/usr/bin/env bash
# A plug-in is built outside the tree against kernel.h alone, checked, and everything wrong with one is told in a sentence.
# Labels: compiler processor threads
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
# A refusal is told once.
sed 's/(void)problem;/if (problem->shape.k > 0)\n        return "it takes nothing";/' sample.c >refusing.c
build refusing
printf '[a]\nkernels = sample.columns\nshapes = 8x64x1\nthreads = 1\n' >one.suite
expect 77 "$TERNBENCH" run one.suite --plugin refusing.so --no-roofs -q
says out "UNSUPPORTED  it takes nothing"
says_not out "refuses"
expect 5 "$TERNBENCH" ablate one.suite --side ./refusing.so -q
says out "UNSUPPORTED: it takes nothing"
says_not out "refuses"
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

# Whatever loading it does, it is one sentence and exit 2.
head -c 9000 sample.so >truncated.so
mkfifo fifo.so
for body in 'abort();' 'raise(SIGSEGV);' '_exit(0);' 'exit(3);'; do
    printf '#include <signal.h>\n#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void start(void) { %s }\n' "$body" >constructor.c
    cat sample.c >>constructor.c
    build constructor
    expect 2 "$TERNBENCH" kernels --plugin constructor.so
    says err "plug-in constructor.so cannot be used"
done
expect 2 "$TERNBENCH" kernels --plugin truncated.so
says err "truncated.so cannot be"
expect 2 "$TERNBENCH" kernels --plugin ./fifo.so
says err "fifo.so is not a regular file"
sed 's/"sample.columns"/"auto"/' sample.c >named.c
build named
expect 2 "$TERNBENCH" kernels --plugin named.so
says err "named.so"

# A shell may have left SIGCHLD ignored.
expect 0 bash -c 'trap "" CHLD; exec "$@"' - "$TERNBENCH" check sample.suite --no-edges --plugin sample.so
says out "EXACT"
finish
