#if defined(__x86_64__)

#include "kernel.h"
#include "machine/probe.h"

#include <immintrin.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROWS = 16, ROW_BYTES = 64, ACCUMULATORS = 4 };

/* Intel SDM vol. 1, 18.2: the memory operand of LDTILECFG. */
typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

/* Linux gives a process the tiles only when it asks: Documentation/arch/x86/xstate.rst. */
static int permit(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

    return (int)syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
}

/* Tiles 0 to 3 add up, 4 to 5 and 6 to 7 are factors: each product is used twice, as in a blocked kernel. */
static uint64_t multiply(uint64_t turns)
{
    tile_config config = {.palette = 1};
    int8_t factor[ROWS * ROW_BYTES];
    int32_t sum[ROWS * ROW_BYTES / 4];

    for (int tile = 0; tile < 8; tile++) {
        config.rows[tile] = ROWS;
        config.row_bytes[tile] = ROW_BYTES;
    }
    memset(factor, 1, sizeof factor);
    _tile_loadconfig(&config);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, factor, ROW_BYTES);
    _tile_loadd(5, factor, ROW_BYTES);
    _tile_loadd(6, factor, ROW_BYTES);
    _tile_loadd(7, factor, ROW_BYTES);
    for (uint64_t turn = 0; turn < turns; turn++) {
        _tile_dpbssd(0, 4, 6);
        _tile_dpbssd(1, 4, 7);
        _tile_dpbssd(2, 5, 6);
        _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(0, sum, ROW_BYTES);
    _tile_release();
    return (uint64_t)sum[0];
}

const tern_probe tern_probe_amx = {
    .level = "amx",
    .instruction = "tdpbssd",
    .isa = TERN_ISA_AMXINT8,
    .multiply = multiply,
    .macs_per_turn = ACCUMULATORS * ROWS * ROWS * ROW_BYTES,
    .permit = permit,
};

#else
typedef int tern_probe_of_x86;
#endif
