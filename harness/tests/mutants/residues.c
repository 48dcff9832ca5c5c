/*
 * Tails that are wrong for one size in many: a mask table with one bad entry, a remainder loop that an unrolled one
 * left over, a path for whole tiles that nothing but whole tiles reaches, a second block that was never tried.
 */
#include "mutant.h"

/* One entry of a table of tail masks is wrong: one residue of one dimension. */
MUTANT_LOSES(k_37_of_64, "residue-k-37-of-64", "loses the last column when K % 64 = 37", shape.k % 64 == 37);
MUTANT_LOSES(k_18_of_32, "residue-k-18-of-32", "loses the last column when K % 32 = 18", shape.k % 32 == 18);
MUTANT_LOSES(k_11_of_16, "residue-k-11-of-16", "loses the last column when K % 16 = 11, from K = 64 on",
             shape.k % 16 == 11 && shape.k >= 64);
MUTANT_LOSES(m_45_of_64, "residue-m-45-of-64", "has the last row wrong when M % 64 = 45",
             shape.m % 64 == 45 && m == shape.m - 1);
MUTANT_LOSES(m_11_of_16, "residue-m-11-of-16", "has the last row wrong when M % 16 = 11",
             shape.m % 16 == 11 && m == shape.m - 1);
MUTANT_LOSES(n_6_of_8, "residue-n-6-of-8", "has the last token wrong when N % 8 = 6, from N = 8 on",
             shape.n % 8 == 6 && shape.n > 8 && n == shape.n - 1);
MUTANT_LOSES(n_21_of_32, "residue-n-21-of-32", "has the last token wrong when N % 32 = 21",
             shape.n % 32 == 21 && n == shape.n - 1);
MUTANT_LOSES(n_51_of_64, "residue-n-51-of-64", "has the last token wrong when N % 64 = 51",
             shape.n % 64 == 51 && n == shape.n - 1);

/* The corner of two tails has code of its own, and one corner is wrong. */
MUTANT_LOSES(mk_5_23, "residues-m-5-k-23", "has the corner wrong where M % 16 = 5 and K % 32 = 23",
             shape.m % 16 == 5 && shape.k % 32 == 23 && m == shape.m - 1);
MUTANT_LOSES(nk_3_50, "residues-n-3-k-50", "has the corner wrong where N % 8 = 3 and K % 64 = 50",
             shape.n % 8 == 3 && shape.k % 64 == 50 && n == shape.n - 1);
MUTANT_LOSES(mn_29_10, "residues-m-29-n-10", "has the corner wrong where M % 32 = 29 and N % 16 = 10",
             shape.m % 32 == 29 && shape.n % 16 == 10 && m == shape.m - 1 && n == shape.n - 1);
MUTANT_LOSES(mnk_small, "residues-m-2-n-5-k-7", "has the corner wrong where M % 4 = 2, N % 6 = 5 and K % 8 = 7",
             shape.m % 4 == 2 && shape.n % 6 == 5 && shape.k % 8 == 7 && m == shape.m - 1 && n == shape.n - 1);

/* Weights packed by five or by three a code end in the middle of a code. */
MUTANT_LOSES(five_a_byte, "five-weights-a-byte",
             "loses the last column when K % 5 = 3, in rows of whole lines before it",
             shape.k % 5 == 3 && shape.k > 2 * 64 && shape.k % 16 != 0);
MUTANT_LOSES(three_a_code, "three-weights-a-code",
             "loses the last column when K % 96 = 70, between blocks of 96 and of 32", shape.k % 96 == 70);

/* Fast paths that only whole tiles take, and only many of them. */
MUTANT_LOSES(whole_tiles_by_three, "whole-tiles-by-three", "has a path for M % 48 = 0 and K % 64 = 0, and it is wrong",
             shape.m % 48 == 0 && shape.k % 64 == 0 && m % 48 == 47);
MUTANT_LOSES(whole_everything, "whole-tiles-of-everything",
             "has a path for M % 64 = 0, K % 128 = 0 and N % 24 = 0, and it is wrong",
             shape.m % 64 == 0 && shape.k % 128 == 0 && shape.n % 24 == 0 && n % 24 == 23);
MUTANT_LOSES(unrolled_by_four, "unrolled-by-four", "loses what an unrolled loop leaves over: three lines of 64 columns",
             shape.k / 64 % 4 == 3);
MUTANT_LOSES(unrolled_by_eight, "unrolled-by-eight",
             "loses what an unrolled loop leaves over: five lines of 64 columns", shape.k / 64 % 8 == 5);
MUTANT_LOSES(tokens_by_twelve, "tokens-by-twelve", "has the seventh of the tokens wrong that blocks of 12 leave over",
             n / 12 == shape.n / 12 && n % 12 == 6);

/* A second block is begun wrongly: sizes beyond the usual blocks. */
MUTANT_LOSES(second_token_block, "token-block-of-512", "has the tokens of its second block of 512 wrong", n >= 512);
MUTANT_LOSES(short_token_block, "token-block-cut-short", "has the last token wrong when a second block of 512 is short",
             shape.n > 512 && shape.n % 512 != 0 && n == shape.n - 1);
MUTANT_LOSES(second_row_block, "row-block-of-4096", "has the rows of its second block of 4096 wrong", m >= 4096);
MUTANT_LOSES(second_column_block, "column-block-of-4096", "loses a column when K is more than a block of 4096, in GEMM",
             shape.k > 4096 && shape.n > 1);

/* One small size has code of its own. */
MUTANT_LOSES(six_tokens, "six-tokens", "has a path for six tokens, and it is wrong", shape.n == 6);
MUTANT_LOSES(three_rows, "three-rows", "has a path for three rows, and it is wrong", shape.m == 3);
MUTANT_LOSES(thirteen_columns, "thirteen-columns", "takes 13 columns for 12", shape.k == 13);

/* Three conditions at once: a long K, one below whole tiles in every size, the block after the last full one. */
MUTANT_LOSES(n_13_long, "residue-n-13-long-k", "has the last token wrong when N % 16 = 13 and K > 1000",
             shape.n % 16 == 13 && shape.k > 1000 && n == shape.n - 1);
MUTANT_LOSES(n_3_long, "residue-n-3-long-k", "loses the last column when N = 3 and K >= 2048",
             shape.n == 3 && shape.k >= 2048);
MUTANT_LOSES(one_below, "one-below-whole-tiles", "has the corner wrong where all sizes are one below whole tiles",
             shape.m % MUTANT_ROWS == MUTANT_ROWS - 1 && shape.k % MUTANT_GROUP == MUTANT_GROUP - 1 &&
                 shape.n % MUTANT_TOKENS == MUTANT_TOKENS - 1 && m == shape.m - 1 && n == shape.n - 1);

/* A tail that is there beyond a threshold alone. */
MUTANT_LOSES(k_47_late, "residue-k-47-of-48-late", "loses the last column when K % 48 = 47 and K > 300",
             shape.k % 48 == 47 && shape.k > 300);
