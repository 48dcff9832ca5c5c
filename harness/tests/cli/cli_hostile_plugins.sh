#!/usr/bin/env bash
# Plug-ins that cannot be loaded, cannot be trusted as they are loaded, or say impossible things: a sentence and exit 2. Those whose
# functions misbehave when they are called: their own cases end, and nobody else's.
. "$SOURCE/harness/tests/cli/cli.sh"
[ -z "${SANITIZE:-}" ] || skip "a sanitizer would stop such a plug-in first"

# What ternbench does not do yet is named in open.txt, and tried when OPEN is set; it fails nothing.
is_open() {
    grep -qxF -- "$1" "$SOURCE/harness/tests/hostile/open.txt"
}

# wanted LABEL: whether to try it
wanted() {
    ! is_open "$1" || [ -n "${OPEN:-}" ]
}

# judge LABEL WHAT: what was wrong, or nothing
judge() {
    if [ -n "$2" ] && is_open "$1"; then
        echo "open: $1: $2"
    elif [ -n "$2" ]; then
        echo "FAILED: $1: $2"
        sed 's/^/    /' out err | head -20
        failures=$((failures + 1))
    elif is_open "$1"; then
        echo "closed: $1: take it out of hostile/open.txt"
    fi
}

# try LABEL COMMAND...: leaves its output in out and err, its status in got, 124 or 137 when it took 60 s. False when it is not wanted.
try() {
    wanted "$1" || return
    shift
    got=0
    { timeout -k 1 60 "$@"; } >out 2>err </dev/null || got=$?
}

# build NAME CODE: NAME.so from one line of C after hostile.h. Of one that misbehaves NAME is `this`, so that what is wrong with it
# does not stand in its name, which every message has.
build() {
    printf '#include "hostile.h"\n%b\n' "$2" >"$1.c"
    "$CC" -std=gnu11 -O1 -w -shared -fPIC -pthread -I"$SOURCE/kernels" -I"$SOURCE/harness/tests/hostile" "$1.c" -o "$1.so" 2>cc.err ||
        { echo "FAILED: cannot build $1"; cat cc.err; failures=$((failures + 1)); }
}

# refused LABEL FILE WORDS: not loaded, and one sentence says why
refused() {
    local wrong=
    try "$1" "$TERNBENCH" kernels --plugin "$2" || return 0
    if [ "$got" -ne 2 ]; then
        wrong="expected exit 2, got $got"
    elif [ "$(wc -l <err)" -ne 1 ]; then
        wrong="expected one sentence on stderr, got $(wc -l <err) lines"
    elif ! grep -qE -- "$3" err; then
        wrong="expected '$3', got: $(head -c 300 err)"
    fi
    judge "$1" "$wrong"
}

# refuses LABEL WORDS CODE: the same of a plug-in that is built from CODE
refuses() {
    build this "$3"
    refused "$1" ./this.so "$2"
}

# ends LABEL STATUS WORDS CODE [COMMAND...]: cases of `hostile` end with the words; those of `bystander` are EXACT, checked and timed
ends() {
    local wrong="" command
    build this "$4"
    for command in ${5:-check run}; do
        local flags=(--no-edges)
        rm -f records
        [ "$command" = check ] || flags=(--no-roofs --budget 0.02)
        try "$1" "$TERNBENCH" "$command" two.suite --plugin ./this.so --deadline 4 "${flags[@]}" --out jsonl:records || return 0
        if [ "$got" -ne "$2" ]; then
            wrong="$command: expected exit $2, got $got"
        elif ! grep -qE -- "$3" out err; then
            wrong="$command: expected '$3'"
        elif [ "$(grep -c '"bystander' records)" -eq 0 ] || ! grep -A1 '^ *bystander' out | grep -q EXACT; then
            wrong="$command: the other kernel was not EXACT"
        elif ! "$TERNBENCH" report records --format csv >report.csv 2>report.err; then
            wrong="$command: its records cannot be read: $(head -c 200 report.err)"
        fi
        [ -z "$wrong" ] || break
    done
    judge "$1" "$wrong"
}

printf '[suite]\nbaseline = bystander\n[a]\nkernels = hostile bystander\nshapes = 16x64x2\n' >two.suite

# The frame itself is right.
build right 'HOSTILE(.isa = 0);'
try right "$TERNBENCH" check two.suite --plugin ./right.so --no-edges &&
    judge right "$([ "$got" -eq 0 ] || echo "expected exit 0, got $got")"

# Files that are no shared object, or half of one.
size=$(stat -c %s right.so)
for share in 1 25 50 75; do
    head -c $((size * share / 100)) right.so >"cut$share.so"
    refused "truncated-$share" "./cut$share.so" 'cannot be loaded|cannot be used|too short'
done
: >empty-file.so
refused empty-file ./empty-file.so 'cannot be loaded|empty'
mkfifo fifo.so
refused fifo ./fifo.so 'fifo.so'
mkdir folder.so
refused folder ./folder.so 'folder.so'
refused device /dev/zero '/dev/zero'
mkdir path && mkfifo path/fifo.so
try fifo-on-path env TERNBENCH_PLUGIN_PATH=path "$TERNBENCH" kernels &&
    judge fifo-on-path "$([ "$got" -eq 2 ] || echo "expected exit 2, got $got")"

# Loading runs code.
refuses constructor-crashes 'signal 11' 'HOSTILE_LOAD(crash());'
refuses constructor-aborts 'signal 6' 'HOSTILE_LOAD(abort());'
refuses constructor-exits 'left the process with exit status 0' 'HOSTILE_LOAD(exit(0));'
refuses constructor-quits 'left the process with exit status 0' 'HOSTILE_LOAD(_exit(0));'
refuses constructor-hangs 'gave no answer' 'HOSTILE_LOAD(for (;;) pause());'
refuses constructor-spins 'gave no answer' 'HOSTILE_LOAD(for (volatile int i = 0;; i++) {});'
refuses constructor-deaf 'gave no answer' 'HOSTILE_LOAD(signal(SIGTERM, SIG_IGN); signal(SIGALRM, SIG_IGN); for (;;) pause());'
build constructor-prints 'HOSTILE_LOAD(puts("printed by a plug-in"));'
try constructor-prints "$TERNBENCH" check two.suite --plugin ./constructor-prints.so --no-edges --format csv &&
    judge constructor-prints "$([ "$got" -eq 0 ] || echo "expected exit 0, got $got")$(grep -q 'printed by' out && echo "its words are among the records")"
build destructor-aborts '__attribute__((destructor)) static void unload(void) { abort(); } HOSTILE(.isa = 0);'
try destructor-aborts "$TERNBENCH" check two.suite --plugin ./destructor-aborts.so --no-edges &&
    judge destructor-aborts "$([ "$got" -eq 2 ] || echo "expected exit 2, got $got")$(grep -q 'unloading' err || echo "no word of unloading")"

# Tables that are no tables.
table='TERN_EXPORT extern const tern_plugin tern_plugin_table; static const tern_kernel one = {RIGHT_FIELDS, .name = "hostile"};'
refuses list-missing 'signal 11' "$table const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, NULL};"
refuses list-garbage 'signal 11' "$table static const void *const list[] = {&one, (void *)8, (void *)16, NULL}; const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, (const void *)list};"
refuses list-endless 'lists more than 4096 kernels' "$table static const tern_kernel *list[1 << 20]; static tern_kernel many[1 << 16]; static char names[1 << 16][16];
__attribute__((constructor)) static void fill(void) { for (int i = 0; i < 1 << 20; i++) { int j = i % (1 << 16); memcpy(&many[j], &one, sizeof one); sprintf(names[j], \"k%d\", j); many[j].name = names[j]; list[i] = &many[j]; } }
const tern_plugin tern_plugin_table = {TERN_KERNEL_ABI, (const tern_kernel *const *)list};"
refuses struct-short 'has no name' 'HOSTILE(.bytes = 8);'

# Names that cannot be part of an id, of a command line or of a file.
long_name=$(printf 'n%.0s' $(seq 302))
refuses name-auto "'?auto'?" 'HOSTILE(.name = "auto");'
refuses name-option 'name' 'HOSTILE(.name = "-l.k");'
refuses name-long 'name' "HOSTILE(.name = \"$long_name\");"
refuses name-slash 'name' 'HOSTILE(.name = "a/b");'
refuses name-blank 'name' 'HOSTILE(.name = "a b");'
refuses name-newline 'name' 'HOSTILE(.name = "a\\\\nb");'
refuses name-empty 'name' 'HOSTILE(.name = "");'
refuses name-plus 'name' 'HOSTILE(.name = "a+b");'
refuses name-none-word 'mean something else in ids' 'HOSTILE(.name = "none");'
refuses name-twice 'already' 'HOSTILE(.name = "bystander");'

# Figures and flags that mean nothing.
refuses bits-nan 'bits' 'HOSTILE(.bits_per_weight = 0.0 / 0.0);'
refuses bits-negative 'bits' 'HOSTILE(.bits_per_weight = -2.0);'
refuses bits-infinite 'bits' 'HOSTILE(.bits_per_weight = 1.0 / 0.0);'
refuses bits-zero 'bits' 'HOSTILE(.bits_per_weight = 0.0);'
refuses flags-unknown 'flag' 'HOSTILE(.flags = 1u << 31);'
refuses isa-unknown 'instruction|isa' 'HOSTILE(.isa = 1u << 30);'
refuses multiple-zero 'multiple' 'HOSTILE(.multiple = {1, 0, 1});'
refuses align-zero 'power|align' 'HOSTILE(.x_align = 0);'
refuses summary-missing 'summary' 'HOSTILE(.summary = NULL);'
refuses refines-itself 'refines' 'HOSTILE(.refines = "hostile");'
refuses toggle-blank 'toggle' 'static const tern_toggle t[] = {{"a b", "", 0, 0, 0, 1}, {0}}; HOSTILE(.toggles = t);'
refuses toggle-twice 'toggle' 'static const tern_toggle t[] = {{"a", "", 0, 0, 0, 1}, {"a", "", 0, 0, 0, 1}, {0}}; HOSTILE(.toggles = t);'
refuses toggle-needs-nobody 'toggle|needs' 'static const tern_toggle t[] = {{"a", "", "b", 0, 0, 1}, {0}}; HOSTILE(.toggles = t);'
refuses toggle-needs-itself 'toggle|needs' 'static const tern_toggle t[] = {{"a", "", "a", 0, 0, 1}, {0}}; HOSTILE(.toggles = t);'
refuses refines-in-a-ring 'refines' 'static const tern_kernel a = {RIGHT_FIELDS, .name = "ring.a", .refines = "ring.b"}, b = {RIGHT_FIELDS, .name = "ring.b", .refines = "ring.a"}; TERN_PLUGIN(&a, &b);'

# Sizes that no machine has: the case ends.
ends align-8-gib 1 '8 GiB|8589934592|align' 'HOSTILE(.packed_align = (size_t)1 << 33);'
ends align-2-to-62 1 'align' 'HOSTILE(.y_align = (size_t)1 << 62);'
ends packed-2-to-60 1 'packed_bytes' 'static size_t huge(const tern_problem *p) { return (size_t)1 << 60; } HOSTILE(.packed_bytes = huge);'
ends packed-overflows 1 'packed_bytes' 'static size_t huge(const tern_problem *p) { return SIZE_MAX - 100; } HOSTILE(.packed_bytes = huge);'
ends packed-nothing 1 'pack' 'static size_t none(const tern_problem *p) { return 0; } HOSTILE(.packed_bytes = none);'
ends scratch-2-to-60 1 'scratch' 'static size_t huge(const tern_problem *p) { return (size_t)1 << 60; } HOSTILE(.scratch_bytes = huge);'
ends scratch-overflows 1 'scratch' 'static size_t huge(const tern_problem *p) { return SIZE_MAX; } HOSTILE(.scratch_bytes = huge);'
ends plan-2-to-60 1 'plan' 'static size_t huge(const tern_problem *p) { return (size_t)1 << 60; } static const char *make(const tern_problem *p, void *plan) { return NULL; } HOSTILE(.plan_bytes = huge, .make_plan = make);'
ends pack-says-nothing 1 'pack' 'static size_t none(const tern_problem *p, const int8_t *w, void *packed) { return 0; } HOSTILE(.pack = none);'
ends units-2-to-60 1 'TIMEOUT|units' 'static void nothing(const tern_call *c, tern_slice u) { for (volatile size_t i = u.begin; i < u.end; i++) {} } static const char *many(const tern_problem *p, tern_stages *s) { s->prepare = nothing; s->prepare_units = (size_t)1 << 60; s->run = run; return NULL; } HOSTILE(.bind = many);'

# Functions that do not come back, wherever they are called.
for function in packed_bytes scratch_bytes; do
    ends "$function-crashes" 1 "CRASH.*|signal 11" "static size_t bad(const tern_problem *p) { crash(); return 0; } HOSTILE(.$function = bad);"
    ends "$function-exits" 1 'CRASH|exit' "static size_t bad(const tern_problem *p) { exit(0); } HOSTILE(.$function = bad);"
    ends "$function-hangs" 1 'TIMEOUT' "static size_t bad(const tern_problem *p) { for (;;) pause(); } HOSTILE(.$function = bad);"
done
ends bind-crashes 1 'signal 11' 'static const char *bad(const tern_problem *p, tern_stages *s) { crash(); return 0; } HOSTILE(.bind = bad);'
ends bind-exits 1 'CRASH|exit' 'static const char *bad(const tern_problem *p, tern_stages *s) { exit(0); } HOSTILE(.bind = bad);'
ends bind-hangs 1 'TIMEOUT' 'static const char *bad(const tern_problem *p, tern_stages *s) { for (;;) pause(); } HOSTILE(.bind = bad);'
ends bind-no-run 1 'run' 'static const char *bad(const tern_problem *p, tern_stages *s) { return 0; } HOSTILE(.bind = bad);'
ends bind-garbage 1 'CRASH' 'static const char *bad(const tern_problem *p, tern_stages *s) { return (const char *)8; } HOSTILE(.bind = bad);'
ends pack-crashes 1 'signal 11' 'static size_t bad(const tern_problem *p, const int8_t *w, void *packed) { crash(); return 0; } HOSTILE(.pack = bad);'
ends pack-hangs 1 'TIMEOUT' 'static size_t bad(const tern_problem *p, const int8_t *w, void *packed) { for (;;) pause(); } HOSTILE(.pack = bad);'
ends kills-parent 1 'CRASH|signal|OVERRUN|TIMEOUT' 'static void bad(const tern_call *c, tern_slice r) { run(c, r); kill(0, SIGUSR1); } static const char *b(const tern_problem *p, tern_stages *s) { s->run = bad; return 0; } HOSTILE(.bind = b);'

# Facts are figures of the record, and so must be sound.
facts='static size_t facts(const tern_problem *p, const void *packed, tern_fact *f, size_t max)'
ends facts-past-array 1 'facts' "$facts { for (size_t i = 0; i < max + 4000; i++) f[i].value = 1; return max; } HOSTILE(.facts = facts);" run
ends facts-too-many 1 'facts' "$facts { return max + 1000; } HOSTILE(.facts = facts);" run
ends facts-nan 1 'facts' "$facts { if (max == 0) return 0; memset(f, 0, sizeof *f); strcpy(f->name, \"x\"); f->value = 0.0 / 0.0; return 1; } HOSTILE(.facts = facts);" run
ends facts-unterminated 1 'facts' "$facts { memset(f, 65, sizeof *f); f->value = 1; return 1; } HOSTILE(.facts = facts);" run
ends facts-unnamed 1 'facts' "$facts { if (max == 0) return 0; memset(f, 0, sizeof *f); return 1; } HOSTILE(.facts = facts);" run
ends facts-quotes 1 'facts' "$facts { if (max == 0) return 0; memset(f, 0, sizeof *f); strcpy(f->name, \"a\\\\\"\\\\x01\\\\xff\"); return 1; } HOSTILE(.facts = facts);" run
ends facts-crashes 1 'facts|signal 11' "$facts { crash(); return 0; } HOSTILE(.facts = facts);" run
ends facts-hangs 1 'facts|TIMEOUT' "$facts { for (;;) pause(); } HOSTILE(.facts = facts);" run

# What ternbench was started with.
try sigchld-ignored env --ignore-signal=CHLD "$TERNBENCH" check two.suite --plugin ./right.so --no-edges --deadline 2 &&
    judge sigchld-ignored "$([ "$got" -eq 0 ] || echo "expected exit 0, got $got")"
try signals-blocked env --block-signal=CHLD --block-signal=TERM "$TERNBENCH" check two.suite --plugin ./right.so --no-edges --deadline 2 &&
    judge signals-blocked "$([ "$got" -eq 0 ] || echo "expected exit 0, got $got")"
finish
