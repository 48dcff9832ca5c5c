/*
 * A fuzz target: any bytes as a file of claims, or of the rules of a gate. Claims are measured on no records.
 */
#include "analyse/expectations.h"
#include "fuzz.h"
#include "run/gate_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    static tern_expectations claims;
    static tern_gate_rules rules;
    const tern_results nothing = {0};
    tern_expected_outcome outcome;
    tern_error error = {""};
    char *text = fuzz_text(input, bytes);

    if (fuzz_is_ok(tern_expectations_read(&claims, fuzz_file(input, bytes), &error), &error))
        for (size_t i = 0; i < claims.count; i++)
            fuzz_is_ok(tern_expectation_measure(&claims.item[i], &nothing, &outcome, &error), &error);
    if (fuzz_is_ok(tern_gate_rules_parse(&rules, text, "rules", &error), &error)) {
        (void)tern_gate_rules_delta(&rules, "avx2/8x64x16/w=random,x=random,p0=0.42,seed=1/t=2/cold", 0.02);
        (void)tern_gate_rules_expected(&rules, "scalar");
    }
    tern_gate_rules_free(&rules);
    free(text);
    return 0;
}
