/*
 * sanitized.h - whether AddressSanitizer or ThreadSanitizer stands behind the allocator: TERN_SANITIZED is 1 or 0.
 * Freed memory then stays mapped for a while, and calls of malloc are not ours to count.
 */
#ifndef TERN_SANITIZED_H
#define TERN_SANITIZED_H

#define TERN_SANITIZED 0
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef TERN_SANITIZED
#define TERN_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef TERN_SANITIZED
#define TERN_SANITIZED 1
#endif

#endif
