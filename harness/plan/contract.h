/*
 * contract.h - whether a kernel's table keeps what kernel.h asks for.
 */
#ifndef TERN_CONTRACT_H
#define TERN_CONTRACT_H

#include "kernel.h"

/* What is wrong with the table, in words that follow "breaks the contract: ", or NULL. kernel->name is not NULL. */
const char *tern_contract_breach(const tern_kernel *kernel);

#endif
