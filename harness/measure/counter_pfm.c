#include "measure/counter_pfm.h"

#ifdef HAVE_PFM

#include "base/text.h"

#include <perfmon/pfmlib_perf_event.h>
#include <string.h>

const char *tern_pfm_find(tern_event *event, const char *name)
{
    struct perf_event_attr attr = {.size = sizeof attr};
    pfm_perf_encode_arg_t encoding = {.attr = &attr, .size = sizeof encoding};
    int code = pfm_initialize();

    if (code == PFM_SUCCESS)
        code = pfm_get_os_event_encoding(name, PFM_PLM3, PFM_OS_PERF_EVENT_EXT, &encoding);
    if (code != PFM_SUCCESS)
        return pfm_strerror(code);
    if (!tern_text_fit(event->name, sizeof event->name, name))
        return "its name is longer than records have room for";
    event->source = attr.type == PERF_TYPE_SOFTWARE ? TERN_EVENT_SOFTWARE : TERN_EVENT_PMU;
    event->type = attr.type;
    event->config = attr.config;
    event->config1 = attr.config1;
    event->config2 = attr.config2;
    event->in_kernel = !attr.exclude_kernel;
    return NULL;
}

#else

const char *tern_pfm_find(tern_event *event, const char *name)
{
    (void)event;
    (void)name;
    return "this build has no libpfm4, so that only the usual names are known";
}

#endif
