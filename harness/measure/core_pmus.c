/*
 * Linux: Documentation/ABI/testing/sysfs-bus-event_source-devices. A PMU of some cores has a file "cpus" that lists
 * them; one of all cores has none, and one outside of the cores has "cpumask".
 */
#include "measure/core_pmus.h"

#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Adds the PMU of that name if it is one of some cores. */
static void look_at(tern_core_pmus *pmus, const char *folder, const char *name)
{
    tern_core_pmu *pmu = &pmus->pmu[pmus->count];
    char path[512] = "";

    tern_text_append(path, sizeof path, "%s/%s/cpus", folder, name);
    if (name[0] == '.' || pmus->count == TERN_CORE_PMUS_MAX || access(path, R_OK) != 0)
        return;
    path[0] = '\0';
    tern_text_append(path, sizeof path, "%s/%s/type", folder, name);
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return;
    if (fscanf(stream, "%u", &pmu->type) == 1 && tern_text_fit(pmu->name, sizeof pmu->name, name))
        pmus->count++;
    fclose(stream);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const tern_core_pmu *)a)->name, ((const tern_core_pmu *)b)->name);
}

void tern_core_pmus_read(tern_core_pmus *pmus, const char *folder)
{
    DIR *devices = opendir(folder);
    const struct dirent *device;

    memset(pmus, 0, sizeof *pmus);
    if (devices == NULL)
        return;
    while ((device = readdir(devices)) != NULL)
        look_at(pmus, folder, device->d_name);
    closedir(devices);
    if (pmus->count < 2)
        pmus->count = 0;
    qsort(pmus->pmu, pmus->count, sizeof *pmus->pmu, by_name);
}
