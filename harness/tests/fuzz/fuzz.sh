# shellcheck shell=bash
# Sourced by the fuzz_*.sh: seeds go into corpus/, then fuzz OPTION... runs the target on them. FUZZ is the target; it makes a
# fixed number of executions, or goes on for FUZZ_SECONDS where that is set; 0 is the seeds alone, and to libFuzzer it would be without end.
. "$SOURCE/harness/tests/cli/cli.sh"
mkdir corpus

# fuzz EXECUTIONS OPTION...
fuzz() {
    local limit=-runs=$1
    shift
    case ${FUZZ_SECONDS:-} in
    '') ;;
    0) limit=-runs=0 ;;
    *) limit=-max_total_time=$FUZZ_SECONDS ;;
    esac
    "$FUZZ" "$limit" -seed=1 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "$@" corpus >fuzz.log 2>&1 || { tail -60 fuzz.log && exit 1; }
    echo "$(basename "$FUZZ"): $(sed -n 's/^stat::number_of_executed_units: *//p' fuzz.log) executions," \
        "$(grep -E '^#[0-9]+.*(DONE|pulse|NEW|REDUCE)' fuzz.log | tail -1 | sed 's/.*\(cov: .*ft: [0-9]*\).*/\1/')"
    finish
}
