#include "cli/kernels.h"

#include "cli/output.h"
#include "machine/isa.h"
#include "record/json.h"

enum { KERNELS_SCHEMA = 1 };

static json_t *toggles_of(const tern_kernel *kernel)
{
    json_t *list = json_array();

    for (const tern_toggle *t = kernel->toggles; t != NULL && t->name != NULL; t++)
        tern_json_append(&list, json_pack("{s:s, s:o, s:s?, s:i, s:i, s:i}", "name", t->name, "summary",
                                          tern_json_storable(t->summary), "needs", t->needs, "initial", t->initial,
                                          "low", t->low, "high", t->high));
    return list;
}

static json_t *kernel_of(const tern_kernel *kernel, const char *source, uint32_t isa)
{
    char needs[64];

    return json_pack(
        "{s:s, s:o, s:s, s:b, s:o, s:f, s:s?, s:s?, s:o, s:{s:I, s:I, s:I}, s:o}", "name", kernel->name, "summary",
        tern_json_storable(kernel->summary), "isa", tern_isa_text(kernel->isa, needs, sizeof needs), "runnable",
        (kernel->isa & ~isa) == 0 && kernel->lacks == NULL, "lacks",
        kernel->lacks == NULL ? json_null() : tern_json_storable(kernel->lacks), "bits_per_weight",
        kernel->bits_per_weight, "refines", kernel->refines, "formerly", kernel->formerly, "source",
        tern_json_storable(source), "multiple", "m", (json_int_t)kernel->multiple.m, "k",
        (json_int_t)kernel->multiple.k, "n", (json_int_t)kernel->multiple.n, "toggles", toggles_of(kernel));
}

tern_status tern_kernels_json(FILE *stream, const tern_registry *registry, uint32_t isa, const char *cap,
                              tern_error *error)
{
    json_t *kernels = json_array();
    char offered[128];

    for (size_t i = 0; i < tern_registry_count(registry); i++)
        tern_json_append(&kernels,
                         kernel_of(tern_registry_kernel(registry, i), tern_registry_source(registry, i), isa));
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:o}", "type", "kernels", "schema", KERNELS_SCHEMA, "isa",
                             tern_isa_text(isa, offered, sizeof offered), "isa_cap", cap, "kernels", kernels);
    return tern_output_json(json, "the kernels as JSON", stream, error);
}
